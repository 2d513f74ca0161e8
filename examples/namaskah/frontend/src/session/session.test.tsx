import { render, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { Backend } from "../test/backend";
import { visit } from "../test/visit";
import { keep, recall } from "./keep";
import { useSession } from "./session";

it("asks strangers to log in", () => {
  visit("/wallet", { loggedIn: false });
  expect(screen.getByRole("heading", { name: "Log in" })).toHaveFocus();
  expect(screen.queryByRole("navigation")).not.toBeInTheDocument();
});

it("takes those who are logged in to their wallet", async () => {
  new Backend().says("GET /api/v1/wallet", { balance_cents: 0 });
  visit("/login");
  expect(await screen.findByRole("heading", { name: "Wallet" })).toBeVisible();
});

it("logs in, remembers it for the tab, and says who is logged in", async () => {
  const backend = new Backend()
    .says("POST /api/v1/auth/login", { access_token: "t1", token_type: "bearer", expires_in: 1800 })
    .says("GET /api/v1/wallet", { balance_cents: 0 });
  const user = visit("/login", { loggedIn: false });
  await user.type(screen.getByLabelText("E-mail"), "ada@example.org");
  await user.type(screen.getByLabelText("Password"), "correct horse");
  await user.click(screen.getByRole("button", { name: "Log in" }));

  await waitFor(() => expect(screen.getByRole("heading", { name: "Wallet" })).toHaveFocus());
  expect(screen.getByText("ada@example.org")).toBeVisible();
  expect(recall()).toEqual({ email: "ada@example.org", token: "t1" });
  expect(backend.asked("GET /api/v1/wallet")[0]?.headers.get("Authorization")).toBe("Bearer t1");
});

it("announces why logging in failed", async () => {
  new Backend().refuses("POST /api/v1/auth/login", 401, "the credentials are wrong");
  const user = visit("/login", { loggedIn: false });
  await user.type(screen.getByLabelText("E-mail"), "ada@example.org");
  await user.type(screen.getByLabelText("Password"), "wrong{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("The credentials are wrong");
  expect(screen.getByRole("button", { name: "Log in" })).toBeEnabled();
});

it("says so when nobody answers", async () => {
  new Backend().does("POST /api/v1/auth/login", () => Promise.reject(new TypeError("failed")));
  const user = visit("/login", { loggedIn: false });
  await user.type(screen.getByLabelText("E-mail"), "ada@example.org");
  await user.type(screen.getByLabelText("Password"), "correct horse{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("The server does not answer");
});

it("registers and logs in at once", async () => {
  new Backend()
    .says("POST /api/v1/auth/register", { id: 1, email: "ada@example.org", created_at: "" }, 201)
    .says("POST /api/v1/auth/login", { access_token: "t1", token_type: "bearer", expires_in: 1800 })
    .says("GET /api/v1/wallet", { balance_cents: 0 });
  const user = visit("/register", { loggedIn: false });
  await user.type(screen.getByLabelText("E-mail"), "ada@example.org");
  await user.type(screen.getByLabelText("Password"), "correct horse");
  await user.click(screen.getByRole("button", { name: "Create account" }));
  expect(await screen.findByRole("heading", { name: "Wallet" })).toBeVisible();
});

it("shows each detail of a registration that was refused", async () => {
  const details = ["body.email: not an address", "body.password: too short"];
  new Backend().refuses("POST /api/v1/auth/register", 422, "the request is not valid", details);
  const user = visit("/register", { loggedIn: false });
  await user.type(screen.getByLabelText("E-mail"), "ada@example.org");
  const password = screen.getByLabelText("Password");
  expect(password).toHaveAccessibleDescription("At least 10 characters.");
  await user.type(password, "correct horse{Enter}");
  expect(await screen.findByRole("alert")).toBeVisible();
  expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual(details);
});

it("ends the session when the token is refused, and says why", async () => {
  new Backend().refuses("GET /api/v1/wallet", 401, "the token is not valid");
  visit("/wallet");
  expect(await screen.findByRole("heading", { name: "Log in" })).toBeVisible();
  expect(screen.getByRole("status")).toHaveTextContent("Your session has ended");
  expect(recall()).toBeNull();
});

it("logs out without a reproach", async () => {
  new Backend().says("GET /api/v1/wallet", { balance_cents: 0 });
  const user = visit("/wallet");
  await user.click(screen.getByRole("button", { name: "Log out" }));
  expect(screen.getByRole("heading", { name: "Log in" })).toBeVisible();
  expect(screen.queryByRole("status")).not.toBeInTheDocument();
  expect(recall()).toBeNull();
});

it("forgets what it cannot read", () => {
  window.sessionStorage.setItem("namaskah.session", "{");
  expect(recall()).toBeNull();
  keep(null);
  expect(recall()).toBeNull();
});

it("cannot be used outside its provider", () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const Lost = () => <>{useSession().notice}</>;
  expect(() => render(<Lost />)).toThrow("SessionProvider");
});

it("has a page for addresses that lead nowhere", () => {
  visit("/nowhere");
  expect(screen.getByRole("heading", { name: "There is no such page" })).toBeVisible();
});
