// The documents of the API as its specification names them; money is whole cents, times are ISO 8601.

export interface Token {
  access_token: string;
  token_type: "bearer";
  expires_in: number;
}

export interface User {
  id: number;
  email: string;
  created_at: string;
}

export interface Wallet {
  balance_cents: number;
}

export type EntryKind = "opening" | "deposit" | "purchase" | "refund";

export interface Transaction {
  id: number;
  kind: EntryKind;
  amount_cents: number;
  balance_after_cents: number;
  reference: string;
  created_at: string;
}

export interface TransactionPage {
  items: Transaction[];
  next_before: number | null;
}

export type PaymentStatus = "pending" | "succeeded" | "failed";

export interface Payment {
  id: number;
  reference: string;
  amount_cents: number;
  currency: string;
  status: PaymentStatus;
  checkout_url: string;
  created_at: string;
  completed_at: string | null;
}

export interface Service {
  code: string;
  name: string;
  price_cents: number;
}

export type VerificationStatus =
  "requested" | "waiting" | "completed" | "cancelled" | "expired" | "failed";

export interface Verification {
  id: number;
  service_code: string;
  country: string;
  price_cents: number;
  status: VerificationStatus;
  phone_number: string | null;
  code: string | null;
  expires_at: string;
  created_at: string;
  ended_at: string | null;
}

export interface List<Item> {
  items: Item[];
}
