interface ErrorBody {
  code: string;
  message: string;
  details: string[] | null;
}

/** An answer that is not a success; `code` is for programs, `message` for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: readonly string[];

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.name = "ApiError";
    this.status = status;
    this.code = body.code;
    this.details = body.details ?? [];
  }
}

/** Nobody answered: whether the request arrived is unknown. */
export class NoAnswer extends Error {
  constructor(cause: unknown) {
    super("The server does not answer. Check your connection and try again.", { cause });
    this.name = "NoAnswer";
  }
}

/** Read the error document of an answer; what stands in front of the API may answer with anything. */
export async function readError(answer: Response): Promise<ApiError> {
  const fallback = {
    code: `http_${answer.status}`,
    message: `The server answered with status ${answer.status}.`,
    details: null,
  };
  const document: unknown = await answer.json().catch(() => null);
  const body = (document as { error?: Partial<ErrorBody> } | null)?.error;
  return new ApiError(answer.status, { ...fallback, ...body });
}
