const MONEY = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const TIME = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const COUNTRY = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/** Whole cents as dollars: "$12.50". */
export function money(cents: number): string {
  return MONEY.format(cents / 100);
}

/** Dollars as typed, in whole cents; null when it is not an amount with at most two decimals. */
export function cents(typed: string): number | null {
  const parts = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(typed.trim());
  if (!parts) return null;
  return Number(parts[1]) * 100 + Number((parts[2] ?? "").padEnd(2, "0"));
}

/** An ISO 8601 instant in the reader's time zone. */
export function time(iso: string): string {
  return TIME.format(new Date(iso));
}

/** The name of a country by its two letters; null when there is none. */
export function country(code: string): string | null {
  return /^[A-Z]{2}$/.test(code) ? (COUNTRY.of(code) ?? null) : null;
}

/** Seconds as "9:05"; never less than zero. */
export function countdown(seconds: number): string {
  const left = Math.max(0, Math.floor(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}
