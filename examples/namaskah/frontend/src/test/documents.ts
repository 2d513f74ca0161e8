import type { Payment, Transaction, Verification } from "../api/documents";

/** A verification that waits for its code. */
export function verification(changes: Partial<Verification> = {}): Verification {
  return {
    id: 7,
    service_code: "telegram",
    country: "US",
    price_cents: 50,
    status: "waiting",
    phone_number: "+15550000007",
    code: null,
    expires_at: new Date(Date.now() + 600_000).toISOString(),
    created_at: "2026-01-02T10:00:00Z",
    ended_at: null,
    ...changes,
  };
}

/** A payment of ten dollars that nobody has paid yet. */
export function payment(changes: Partial<Payment> = {}): Payment {
  return {
    id: 3,
    reference: "ab".repeat(16),
    amount_cents: 1000,
    currency: "USD",
    status: "pending",
    checkout_url: "https://pay.example/checkout/1",
    created_at: "2026-01-02T10:00:00Z",
    completed_at: null,
    ...changes,
  };
}

/** A deposit of ten dollars. */
export function transaction(changes: Partial<Transaction> = {}): Transaction {
  return {
    id: 1,
    kind: "deposit",
    amount_cents: 1000,
    balance_after_cents: 1000,
    reference: "payment-3",
    created_at: "2026-01-02T10:00:00Z",
    ...changes,
  };
}
