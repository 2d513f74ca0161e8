import type { Account } from "./session";

const KEY = "namaskah.session";

// For the tab only: the token outlives a reload, but not the browser window.
const store = () => window.sessionStorage;

/** The account that this tab is logged in with, if any. */
export function recall(): Account | null {
  try {
    const kept = JSON.parse(store().getItem(KEY) ?? "null") as Partial<Account> | null;
    return kept?.email && kept.token ? { email: kept.email, token: kept.token } : null;
  } catch {
    return null;
  }
}

/** Keep the account for this tab, or forget it. */
export function keep(account: Account | null): void {
  if (account) store().setItem(KEY, JSON.stringify(account));
  else store().removeItem(KEY);
}
