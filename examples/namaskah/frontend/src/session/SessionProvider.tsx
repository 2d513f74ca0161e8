import { useMemo, useState, type ReactNode } from "react";
import { connect } from "../api/client";
import { namaskah } from "../api/namaskah";
import { keep, recall } from "./keep";
import { SessionContext, type Account, type Session } from "./session";

const BASE = import.meta.env.VITE_API_URL ?? "";
const REFUSED = "Your session has ended. Please log in again.";

/** Holds who is logged in; everything inside may call useSession. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const [account, setAccount] = useState(recall);
  const [notice, setNotice] = useState("");

  const session = useMemo<Session>(() => {
    const become = (next: Account | null, why = "") => {
      keep(next);
      setAccount(next);
      setNotice(why);
    };
    const send = connect({
      base: BASE,
      token: account?.token ?? null,
      onRefused: () => {
        become(null, REFUSED);
      },
    });
    return {
      account,
      notice,
      api: namaskah(send),
      begin: become,
      end: () => {
        become(null);
      },
    };
  }, [account, notice]);

  return <SessionContext value={session}>{children}</SessionContext>;
}
