import { useState, type SubmitEvent } from "react";
import type { Payment } from "../api/documents";
import { Field } from "../components/Field";
import { Problem } from "../components/Problem";
import { cents } from "../format";
import { useTask } from "../hooks/useTask";
import { useSession } from "../session/session";
import { Checkout } from "./Checkout";

const [LEAST, MOST] = [100, 1_000_000];

/** Ask for an amount, then follow its payment; `onPaid` is called when the money has arrived. */
export function TopUp({ onPaid }: { onPaid: () => void }) {
  const { api } = useSession();
  const { isBusy, error, run } = useTask();
  const [payment, setPayment] = useState<Payment | null>(null);

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const amount = cents(new FormData(event.currentTarget).get("amount") as string);
    run(async () => {
      if (amount === null || amount < LEAST || amount > MOST)
        throw new Error("Enter an amount between $1 and $10,000, such as 12.50.");
      setPayment(await api.pay(amount));
    });
  };

  return (
    <section className="card" aria-labelledby="top-up">
      <h2 id="top-up">Top up</h2>
      <form className="row" onSubmit={submit}>
        <Field
          label="Amount in dollars"
          name="amount"
          inputMode="decimal"
          defaultValue="10.00"
          required
        />
        <button type="submit" disabled={isBusy}>
          Top up
        </button>
      </form>
      <Problem error={error} />
      {payment && <Checkout key={payment.id} initial={payment} onPaid={onPaid} />}
    </section>
  );
}
