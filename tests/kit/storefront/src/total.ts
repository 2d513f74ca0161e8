/** The sum of prices in cents, less a discount that never makes it negative. */
export function total(prices: number[], discount = 0): number {
  const sum = prices.reduce((before, price) => before + price, 0);
  return discount > sum ? 0 : sum - discount;
}
