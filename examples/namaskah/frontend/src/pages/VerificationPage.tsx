import { useCallback } from "react";
import { Link, useParams } from "react-router";
import type { Verification } from "../api/documents";
import { Countdown } from "../components/Countdown";
import { Page } from "../components/Page";
import { Problem } from "../components/Problem";
import { StatusBadge } from "../components/StatusBadge";
import { Waiting } from "../components/Waiting";
import { money } from "../format";
import { useInterval } from "../hooks/useInterval";
import { useLoaded, type Loaded } from "../hooks/useLoaded";
import { useTask } from "../hooks/useTask";
import { useSession } from "../session/session";

const POLL_MS = 2000;

export function VerificationPage() {
  const { api } = useSession();
  const id = Number(useParams()["id"]);
  const load = useCallback(() => api.verification(id), [api, id]);
  const [verification, reload] = useLoaded(load);
  useInterval(reload, isOpen(verification) ? POLL_MS : null);
  return (
    <Page title="Verification">
      <Waiting loaded={verification} reload={reload}>
        {(value) => <Details verification={value} onCancelled={reload} />}
      </Waiting>
      <p>
        <Link to="/buy">Buy another</Link> or look at your <Link to="/history">history</Link>.
      </p>
    </Page>
  );
}

function isOpen(loaded: Loaded<Verification>): boolean {
  return loaded.state === "ready" && ["requested", "waiting"].includes(loaded.value.status);
}

interface DetailsProps {
  verification: Verification;
  onCancelled: () => void;
}

function Details({ verification, onCancelled }: DetailsProps) {
  const { status, phone_number, code, expires_at } = verification;
  return (
    <section className="card" aria-label="Number">
      <p className="number">{phone_number ?? "No number yet"}</p>
      <p>
        For {verification.service_code} in {verification.country}, {money(verification.price_cents)}
      </p>
      <div role="status">
        <StatusBadge status={status} />
        {code && (
          <output className="code" aria-label="Code">
            {code}
          </output>
        )}
      </div>
      {status === "waiting" && <Countdown until={expires_at} />}
      {status === "waiting" && <Cancel id={verification.id} onCancelled={onCancelled} />}
    </section>
  );
}

function Cancel({ id, onCancelled }: { id: number; onCancelled: () => void }) {
  const { api } = useSession();
  const { isBusy, error, run } = useTask();
  return (
    <>
      <Problem error={error} />
      <button
        type="button"
        className="quiet"
        disabled={isBusy}
        onClick={() => {
          run(async () => {
            await api.cancel(id);
            onCancelled();
          });
        }}
      >
        Cancel and refund
      </button>
    </>
  );
}
