import { ApiError } from "../api/errors";

function explain(error: unknown): { message: string; details: readonly string[] } {
  if (error instanceof ApiError) return error;
  return { message: error instanceof Error ? error.message : String(error), details: [] };
}

/** An error, announced as soon as it appears; nothing when there is none. */
export function Problem({ error }: { error: unknown }) {
  if (!error) return null;
  const { message, details } = explain(error);
  return (
    <div className="notice problem" role="alert">
      <p>{message.charAt(0).toUpperCase() + message.slice(1)}</p>
      {details.length > 0 && (
        <ul>
          {details.map((detail) => (
            <li key={detail}>{detail}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
