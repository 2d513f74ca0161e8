import { Page } from "../components/Page";
import { TransactionTable } from "./TransactionTable";
import { VerificationTable } from "./VerificationTable";

export function HistoryPage() {
  return (
    <Page title="History">
      <section className="card" aria-labelledby="verifications">
        <h2 id="verifications">Verifications</h2>
        <VerificationTable />
      </section>
      <section className="card" aria-labelledby="transactions">
        <h2 id="transactions">Wallet</h2>
        <TransactionTable />
      </section>
    </Page>
  );
}
