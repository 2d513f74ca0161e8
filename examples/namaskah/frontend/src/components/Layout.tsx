import { NavLink, Outlet } from "react-router";
import { useSession } from "../session/session";

function Navigation() {
  return (
    <nav aria-label="Main">
      <NavLink to="/wallet">Wallet</NavLink>
      <NavLink to="/buy">Buy</NavLink>
      <NavLink to="/history">History</NavLink>
    </nav>
  );
}

/** What surrounds every page. */
export function Layout() {
  const { account, end } = useSession();
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header>
        <span className="brand">
          <img src="/icon.svg" alt="" width="28" height="28" />
          Namaskah
        </span>
        {account && <Navigation />}
        {account && (
          <div className="account">
            <span>{account.email}</span>
            <button type="button" className="quiet" onClick={end}>
              Log out
            </button>
          </div>
        )}
      </header>
      <main id="main">
        <Outlet />
      </main>
    </>
  );
}
