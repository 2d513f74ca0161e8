import type { VerificationStatus } from "../api/documents";

const WORDS: Record<VerificationStatus, string> = {
  requested: "Requesting a number",
  waiting: "Waiting for the code",
  completed: "Code received",
  cancelled: "Cancelled, refunded",
  expired: "Expired, refunded",
  failed: "No number, refunded",
};

/** The state of a verification in words; colour only repeats them. */
export function StatusBadge({ status }: { status: VerificationStatus }) {
  return <span className={`badge ${status}`}>{WORDS[status]}</span>;
}
