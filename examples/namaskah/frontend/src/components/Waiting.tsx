import type { ReactNode } from "react";
import type { Loaded } from "../hooks/useLoaded";
import { Problem } from "./Problem";

interface WaitingProps<Value> {
  loaded: Loaded<Value>;
  reload: () => void;
  children: (value: Value) => ReactNode;
}

/** What was loaded, or that it is on its way, or why it did not come and a way to try again. */
export function Waiting<Value>({ loaded, reload, children }: WaitingProps<Value>) {
  switch (loaded.state) {
    case "loading":
      return <p role="status">Loading…</p>;
    case "failed":
      return (
        <>
          <Problem error={loaded.error} />
          <button type="button" className="quiet" onClick={reload}>
            Try again
          </button>
        </>
      );
    case "ready":
      return children(loaded.value);
  }
}
