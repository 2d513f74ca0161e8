import type { Send } from "./client";
import type {
  List,
  Payment,
  Service,
  Token,
  TransactionPage,
  User,
  Verification,
  Wallet,
} from "./documents";

export interface Credentials {
  email: string;
  password: string;
}

export interface Order {
  service: string;
  country: string;
}

export type Namaskah = ReturnType<typeof namaskah>;

/** The operations of the API, one function each. */
export function namaskah(send: Send) {
  return {
    register: (body: Credentials) => send<User>("/auth/register", { method: "POST", body }),
    logIn: (body: Credentials) => send<Token>("/auth/login", { method: "POST", body }),
    wallet: () => send<Wallet>("/wallet"),
    transactions: (before?: number) =>
      send<TransactionPage>(`/wallet/transactions${before ? `?before=${before}` : ""}`),
    pay: (amount_cents: number) =>
      send<Payment>("/payments", { method: "POST", body: { amount_cents } }),
    payment: (id: number) => send<Payment>(`/payments/${id}`),
    services: () => send<List<Service>>("/services"),
    buy: (body: Order, key: string) =>
      send<Verification>("/verifications", {
        method: "POST",
        body,
        headers: { "Idempotency-Key": key },
      }),
    verifications: () => send<List<Verification>>("/verifications?limit=50"),
    verification: (id: number) => send<Verification>(`/verifications/${id}`),
    cancel: (id: number) => send<Verification>(`/verifications/${id}/cancel`, { method: "POST" }),
  };
}
