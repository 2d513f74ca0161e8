import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { Backend } from "../test/backend";
import { transaction, verification } from "../test/documents";
import { visit } from "../test/visit";

const BOUGHT = "GET /api/v1/verifications?limit=50";
const MOVED = "GET /api/v1/wallet/transactions";

it("lists verifications and movements", async () => {
  const done = verification({ status: "completed", code: "007919" });
  const failed = verification({ id: 8, status: "failed", phone_number: null });
  new Backend()
    .says(BOUGHT, { items: [failed, done] })
    .says(MOVED, { items: [transaction()], next_before: null });
  visit("/history");

  const bought = await screen.findByRole("table", { name: "Verifications" });
  expect(within(bought).getByRole("link", { name: "+15550000007" })).toHaveAttribute(
    "href",
    "/verifications/7",
  );
  expect(within(bought).getByRole("link", { name: "Order 8" })).toBeVisible();
  expect(within(bought).getByText("007919")).toBeVisible();
  const moved = await screen.findByRole("table", { name: "Wallet" });
  expect(within(moved).getByRole("rowheader", { name: "deposit" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Show more" })).not.toBeInTheDocument();
});

it("shows more movements on demand", async () => {
  new Backend()
    .says(BOUGHT, { items: [] })
    .says(MOVED, { items: [transaction({ id: 2, kind: "purchase" })], next_before: 2 })
    .says(`${MOVED}?before=2`, { items: [transaction()], next_before: null });
  const user = visit("/history");
  await user.click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findByRole("rowheader", { name: "deposit" })).toBeVisible();
  expect(screen.getByRole("rowheader", { name: "purchase" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Show more" })).not.toBeInTheDocument();
});

it("has words for an empty past", async () => {
  new Backend().says(BOUGHT, { items: [] }).says(MOVED, { items: [], next_before: null });
  visit("/history");
  expect(await screen.findByText(/Nothing bought yet/)).toBeVisible();
  expect(await screen.findByText("No movements yet.")).toBeVisible();
});
