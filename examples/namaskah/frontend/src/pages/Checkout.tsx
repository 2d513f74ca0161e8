import { useCallback, useState } from "react";
import type { Payment } from "../api/documents";
import { Problem } from "../components/Problem";
import { money } from "../format";
import { useInterval } from "../hooks/useInterval";
import { useSession } from "../session/session";

const POLL_MS = 1500;

/** A payment that waits for the payment provider: the way to its page, and what became of it. */
export function Checkout({ initial, onPaid }: { initial: Payment; onPaid: () => void }) {
  const { api } = useSession();
  const [payment, setPayment] = useState(initial);
  const [error, setError] = useState<unknown>(null);
  const { id, status } = payment;

  const look = useCallback(() => {
    api.payment(id).then((seen) => {
      setPayment(seen);
      setError(null);
      if (seen.status === "succeeded") onPaid();
    }, setError);
  }, [api, id, onPaid]);
  useInterval(look, status === "pending" ? POLL_MS : null);

  return (
    <>
      <div className={status === "succeeded" ? "notice done" : "notice"} role="status">
        <p>{say(payment)}</p>
        {status === "pending" && isWebAddress(payment.checkout_url) && (
          <p>
            <a href={payment.checkout_url} target="_blank" rel="noopener noreferrer">
              Pay {money(payment.amount_cents)} (opens the payment provider)
            </a>
          </p>
        )}
      </div>
      <Problem error={error} />
    </>
  );
}

function say({ status, amount_cents }: Payment): string {
  if (status === "succeeded") return `${money(amount_cents)} added to your wallet.`;
  if (status === "failed") return "The payment failed. Nothing was charged.";
  return "Waiting for the payment. Your balance is updated as soon as it is confirmed.";
}

// What the server sends becomes a link: only addresses of the web may.
function isWebAddress(address: string): boolean {
  return /^https?:\/\//.test(address);
}
