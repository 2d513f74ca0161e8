import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { Backend } from "../test/backend";
import { verification } from "../test/documents";
import { visit } from "../test/visit";

const BUY = "POST /api/v1/verifications";

function shop(): Backend {
  return new Backend().says("GET /api/v1/services", {
    items: [
      { code: "discord", name: "Discord", price_cents: 35 },
      { code: "telegram", name: "Telegram", price_cents: 50 },
    ],
  });
}

it("buys what was chosen and goes to it", async () => {
  const backend = shop()
    .says(BUY, verification(), 201)
    .says("GET /api/v1/verifications/7", verification());
  const user = visit("/buy");
  await user.click(await screen.findByRole("radio", { name: "Telegram $0.50" }));
  const country = screen.getByLabelText("Country");
  await user.clear(country);
  await user.type(country, "gb");
  expect(country).toHaveAccessibleDescription("United Kingdom");
  await user.click(screen.getByRole("button", { name: "Buy number" }));

  expect(await screen.findByText("+15550000007")).toBeVisible();
  const [order] = backend.asked(BUY);
  expect(order?.body).toEqual({ service: "telegram", country: "GB" });
  expect(order?.headers.get("Idempotency-Key")).toMatch(/^[0-9a-f]{32}$/);
});

it("asks for the form of a country that it does not know", async () => {
  shop();
  const user = visit("/buy");
  const country = await screen.findByLabelText("Country");
  await user.clear(country);
  await user.type(country, "Q");
  expect(country).toHaveAccessibleDescription("Two letters, such as US, GB or NG.");
});

it("announces that the credit does not suffice", async () => {
  shop().refuses(BUY, 402, "the balance is too low");
  const user = visit("/buy");
  await user.click(await screen.findByRole("button", { name: "Buy number" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("The balance is too low");
});

it("repeats an order that nobody answered under the same key, so that it is bought once", async () => {
  const backend = shop().does(BUY, () => Promise.reject(new TypeError("failed")));
  const user = visit("/buy");
  const buy = await screen.findByRole("button", { name: "Buy number" });
  await user.click(buy);
  await screen.findByRole("alert");
  await user.click(buy);
  await screen.findByRole("alert");
  const keys = backend.asked(BUY).map(({ headers }) => headers.get("Idempotency-Key"));
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});

it("takes a new key after an answer, and for another order", async () => {
  const backend = shop().refuses(BUY, 409, "no number is available");
  const user = visit("/buy");
  const buy = await screen.findByRole("button", { name: "Buy number" });
  await user.click(buy);
  await screen.findByRole("alert");
  await user.click(buy);
  await screen.findByRole("alert");
  await user.click(screen.getByRole("radio", { name: /Telegram/ }));
  await user.click(buy);
  await screen.findByRole("alert");
  const keys = backend.asked(BUY).map(({ headers }) => headers.get("Idempotency-Key"));
  expect(new Set(keys).size).toBe(3);
});
