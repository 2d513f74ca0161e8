import { render } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { App } from "../App";
import { keep } from "../session/keep";
import { SessionProvider } from "../session/SessionProvider";

/** Open the application at `path`, logged in unless said otherwise; returns the hands of the user. */
export function visit(path: string, { loggedIn = true } = {}): UserEvent {
  if (loggedIn) keep({ email: "ada@example.org", token: "a-token" });
  const user = userEvent.setup();
  render(
    <MemoryRouter initialEntries={[path]}>
      <SessionProvider>
        <App />
      </SessionProvider>
    </MemoryRouter>,
  );
  return user;
}
