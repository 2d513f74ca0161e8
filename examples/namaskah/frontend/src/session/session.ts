import { createContext, use } from "react";
import type { Namaskah } from "../api/namaskah";

export interface Account {
  email: string;
  token: string;
}

export interface Session {
  account: Account | null;
  /** Why somebody who was logged in no longer is; empty when they asked for it. */
  notice: string;
  api: Namaskah;
  begin: (account: Account) => void;
  end: () => void;
}

export const SessionContext = createContext<Session | null>(null);

/** The session of the surrounding SessionProvider. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error("useSession needs a SessionProvider around it");
  return session;
}
