import { Navigate, Outlet } from "react-router";
import { useSession } from "./session";

/** Pages for those who are logged in; everybody else is asked to log in first. */
export function Guarded() {
  const { account } = useSession();
  return account ? <Outlet /> : <Navigate to="/login" replace />;
}

/** Pages for those who are not: whoever is logged in goes to their wallet. */
export function Welcome() {
  const { account } = useSession();
  return account ? <Navigate to="/wallet" replace /> : <Outlet />;
}
