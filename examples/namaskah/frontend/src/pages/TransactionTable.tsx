import { useState } from "react";
import type { Transaction, TransactionPage } from "../api/documents";
import { Problem } from "../components/Problem";
import { Waiting } from "../components/Waiting";
import { money, time } from "../format";
import { useLoaded } from "../hooks/useLoaded";
import { useTask } from "../hooks/useTask";
import { useSession } from "../session/session";

/** Every change of the balance, newest first, page by page. */
export function TransactionTable() {
  const { api } = useSession();
  const [loaded, reload] = useLoaded(api.transactions);
  return (
    <Waiting loaded={loaded} reload={reload}>
      {(first) => (first.items.length === 0 ? <p>No movements yet.</p> : <Pages first={first} />)}
    </Waiting>
  );
}

function Pages({ first }: { first: TransactionPage }) {
  const { api } = useSession();
  const { isBusy, error, run } = useTask();
  const [more, setMore] = useState<TransactionPage>({ items: [], next_before: first.next_before });
  const next = more.next_before;
  const showMore = (before: number) => {
    run(async () => {
      const page = await api.transactions(before);
      setMore((seen) => ({ ...page, items: [...seen.items, ...page.items] }));
    });
  };
  return (
    <>
      <Rows items={[...first.items, ...more.items]} />
      <Problem error={error} />
      {next !== null && (
        <button
          type="button"
          className="quiet"
          disabled={isBusy}
          onClick={() => {
            showMore(next);
          }}
        >
          Show more
        </button>
      )}
    </>
  );
}

function Rows({ items }: { items: Transaction[] }) {
  return (
    <table aria-labelledby="transactions">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Amount</th>
          <th scope="col">Balance</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.id}>
            <th scope="row" className="kind">
              {item.kind}
            </th>
            <td className="amount">{money(item.amount_cents)}</td>
            <td className="amount">{money(item.balance_after_cents)}</td>
            <td>{time(item.created_at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
