import { screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { Backend } from "../test/backend";
import { verification } from "../test/documents";
import { visit } from "../test/visit";

const LOOK = "GET /api/v1/verifications/7";

it("waits for the code and shows it", async () => {
  const backend = new Backend().says(LOOK, verification());
  visit("/verifications/7");
  expect(await screen.findByText("Waiting for the code")).toBeVisible();
  expect(screen.getByRole("timer")).toHaveTextContent(/^(10:00|9:5\d)$/);

  backend.says(LOOK, verification({ status: "completed", code: "007919" }));
  expect(await screen.findByRole("status", { name: "Code" })).toHaveTextContent("007919");
  expect(screen.queryByRole("button", { name: /Cancel/ })).not.toBeInTheDocument();
  expect(screen.queryByRole("timer")).not.toBeInTheDocument();
});

it("stops asking once it has ended", async () => {
  const backend = new Backend().says(LOOK, verification({ status: "expired" }));
  visit("/verifications/7");
  expect(await screen.findByText("Expired, refunded")).toBeVisible();
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(backend.asked(LOOK)).toHaveLength(1);
});

it("cancels", async () => {
  const backend = new Backend()
    .says(LOOK, verification())
    .does("POST /api/v1/verifications/7/cancel", () => {
      backend.says(LOOK, verification({ status: "cancelled" }));
      return Response.json(verification({ status: "cancelled" }));
    });
  const user = visit("/verifications/7");
  await user.click(await screen.findByRole("button", { name: "Cancel and refund" }));
  expect(await screen.findByText("Cancelled, refunded")).toBeVisible();
});

it("announces that it is too late to cancel", async () => {
  new Backend()
    .says(LOOK, verification())
    .refuses("POST /api/v1/verifications/7/cancel", 409, "the verification is already completed");
  const user = visit("/verifications/7");
  await user.click(await screen.findByRole("button", { name: "Cancel and refund" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("already completed");
});

it("ticks every second", async () => {
  new Backend().says(LOOK, verification());
  visit("/verifications/7");
  const timer = await screen.findByRole("timer");
  const first = timer.textContent;
  await waitFor(() => {
    expect(timer).not.toHaveTextContent(first);
  });
  expect(timer).toHaveTextContent(/^9:5\d$/);
});

it("survives an answer that is not of the API", async () => {
  new Backend().does(LOOK, () => new Response("<h1>Bad gateway</h1>", { status: 502 }));
  visit("/verifications/7");
  expect(await screen.findByRole("alert")).toHaveTextContent("status 502");
});
