import { NoAnswer, readError } from "./errors";

export interface Ask {
  method?: "GET" | "POST";
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Connection {
  base: string;
  token: string | null;
  /** Called when the API no longer accepts the token. */
  onRefused: () => void;
}

export type Send = <Document>(path: string, ask?: Ask) => Promise<Document>;

/** Return a function that sends requests; it throws ApiError, or NoAnswer when nobody answers. */
export function connect({ base, token, onRefused }: Connection): Send {
  return async <Document>(path: string, ask: Ask = {}) => {
    const answer = await fetch(`${base}/api/v1${path}`, describe(ask, token)).catch(
      (cause: unknown) => {
        throw new NoAnswer(cause);
      },
    );
    if (answer.ok) return (await answer.json()) as Document;
    if (answer.status === 401 && token) onRefused();
    throw await readError(answer);
  };
}

function describe({ method = "GET", body, headers = {} }: Ask, token: string | null): RequestInit {
  const sent = new Headers({ Accept: "application/json", ...headers });
  if (token) sent.set("Authorization", `Bearer ${token}`);
  if (body === undefined) return { method, headers: sent };
  sent.set("Content-Type", "application/json");
  return { method, headers: sent, body: JSON.stringify(body) };
}
