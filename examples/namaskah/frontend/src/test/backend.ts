import { vi } from "vitest";

export interface Seen {
  method: string;
  path: string;
  body: unknown;
  headers: Headers;
}

type Reply = (seen: Seen) => Response | Promise<Response>;

/** What stands where the network would be: answers by "METHOD /path", and remembers what it was asked. */
export class Backend {
  readonly seen: Seen[] = [];
  readonly #replies = new Map<string, Reply>();

  constructor() {
    vi.stubGlobal("fetch", (path: string, init: RequestInit) => this.#answer(path, init));
  }

  /** Answer `route` with a document. */
  says(route: string, document: unknown, status = 200): this {
    return this.does(route, () => Response.json(document, { status }));
  }

  /** Answer `route` with the error document of the API. */
  refuses(route: string, status: number, message: string, details: string[] | null = null): this {
    return this.says(route, { error: { code: "refused", message, details } }, status);
  }

  /** Answer `route` with whatever `reply` makes. */
  does(route: string, reply: Reply): this {
    this.#replies.set(route, reply);
    return this;
  }

  /** The requests for one route, in order. */
  asked(route: string): Seen[] {
    return this.seen.filter(({ method, path }) => `${method} ${path}` === route);
  }

  async #answer(path: string, init: RequestInit): Promise<Response> {
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : undefined;
    const method = init.method ?? "GET";
    const seen = { method, path, body, headers: new Headers(init.headers) };
    this.seen.push(seen);
    const reply = this.#replies.get(`${method} ${path}`);
    if (!reply) throw new Error(`no reply was prepared for ${method} ${path}`);
    return reply(seen);
  }
}
