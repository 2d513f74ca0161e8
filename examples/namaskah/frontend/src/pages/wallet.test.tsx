import { screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { Backend } from "../test/backend";
import { payment } from "../test/documents";
import { visit } from "../test/visit";

function wallet(backend: Backend, ...balances: number[]) {
  let next = 0;
  return backend.does("GET /api/v1/wallet", () =>
    Response.json({ balance_cents: balances[Math.min(next++, balances.length - 1)] }),
  );
}

it("shows the balance", async () => {
  wallet(new Backend(), 1234);
  visit("/wallet");
  expect(await screen.findByRole("status", { name: "Balance" })).toHaveTextContent("$12.34");
});

it("offers to try again when the balance does not come", async () => {
  const backend = new Backend().refuses("GET /api/v1/wallet", 503, "the database does not answer");
  const user = visit("/wallet");
  expect(await screen.findByRole("alert")).toHaveTextContent("The database does not answer");
  wallet(backend, 700);
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("$7.00")).toBeVisible();
});

it("tops up: leads to the provider, waits, and shows the new balance", async () => {
  const backend = wallet(new Backend(), 0, 1250)
    .says("POST /api/v1/payments", payment({ amount_cents: 1250 }), 201)
    .says("GET /api/v1/payments/3", payment({ amount_cents: 1250, status: "succeeded" }));
  const user = visit("/wallet");
  const amount = screen.getByLabelText("Amount in dollars");
  await user.clear(amount);
  await user.type(amount, "12.50");
  await user.click(screen.getByRole("button", { name: "Top up" }));

  const link = await screen.findByRole("link", { name: /^Pay \$12\.50/ });
  expect(link).toHaveAttribute("href", "https://pay.example/checkout/1");
  expect(backend.asked("POST /api/v1/payments")[0]?.body).toEqual({ amount_cents: 1250 });
  expect(await screen.findByText("$12.50 added to your wallet.")).toBeVisible();
  await waitFor(() => {
    expect(screen.getByRole("status", { name: "Balance" })).toHaveTextContent("$12.50");
  });
  expect(screen.queryByRole("link", { name: /^Pay/ })).not.toBeInTheDocument();
});

it("says when a payment failed", async () => {
  wallet(new Backend(), 0)
    .says("POST /api/v1/payments", payment(), 201)
    .says("GET /api/v1/payments/3", payment({ status: "failed" }));
  const user = visit("/wallet");
  await user.click(screen.getByRole("button", { name: "Top up" }));
  expect(await screen.findByText(/The payment failed/)).toBeVisible();
});

it("keeps asking when one look at the payment failed", async () => {
  const backend = wallet(new Backend(), 0, 1000)
    .says("POST /api/v1/payments", payment(), 201)
    .refuses("GET /api/v1/payments/3", 503, "the database does not answer");
  const user = visit("/wallet");
  await user.click(screen.getByRole("button", { name: "Top up" }));
  expect(await screen.findByRole("alert")).toBeVisible();
  backend.says("GET /api/v1/payments/3", payment({ status: "succeeded" }));
  expect(await screen.findByText(/added to your wallet/)).toBeVisible();
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();
});

it.each(["0.50", "10000.01", "lots"])("does not ask for %j", async (typed) => {
  const backend = wallet(new Backend(), 0);
  const user = visit("/wallet");
  const amount = screen.getByLabelText("Amount in dollars");
  await user.clear(amount);
  await user.type(amount, `${typed}{Enter}`);
  expect(await screen.findByRole("alert")).toHaveTextContent("between $1 and $10,000");
  expect(backend.asked("POST /api/v1/payments")).toEqual([]);
});

it("makes no link of what is not an address of the web", async () => {
  wallet(new Backend(), 0).says(
    "POST /api/v1/payments",
    payment({ checkout_url: "data:text/html,x" }),
  );
  const user = visit("/wallet");
  await user.click(screen.getByRole("button", { name: "Top up" }));
  expect(await screen.findByText(/Waiting for the payment/)).toBeVisible();
  expect(screen.queryByRole("link", { name: /^Pay/ })).not.toBeInTheDocument();
});
