import { Link } from "react-router";
import { Page } from "../components/Page";
import { Waiting } from "../components/Waiting";
import { money } from "../format";
import { useLoaded } from "../hooks/useLoaded";
import { useSession } from "../session/session";
import { TopUp } from "./TopUp";

export function WalletPage() {
  const { api } = useSession();
  const [wallet, reload] = useLoaded(api.wallet);
  return (
    <Page title="Wallet">
      <section className="card" aria-labelledby="balance">
        <h2 id="balance">Balance</h2>
        <Waiting loaded={wallet} reload={reload}>
          {({ balance_cents }) => (
            <output className="balance" aria-labelledby="balance">
              {money(balance_cents)}
            </output>
          )}
        </Waiting>
        <p>
          <Link to="/buy">Buy a verification</Link>
        </p>
      </section>
      <TopUp onPaid={reload} />
    </Page>
  );
}
