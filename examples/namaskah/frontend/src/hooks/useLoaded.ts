import { useCallback, useEffect, useState } from "react";

export type Loaded<Value> =
  { state: "loading" } | { state: "ready"; value: Value } | { state: "failed"; error: unknown };

/**
 * Load something when the component appears and again when `reload` is called.
 *
 * `load` must be stable (useCallback, or a function of the session's API). An answer that arrives after a newer
 * request, or after the component is gone, is dropped.
 */
export function useLoaded<Value>(load: () => Promise<Value>): [Loaded<Value>, () => void] {
  const [loaded, setLoaded] = useState<Loaded<Value>>({ state: "loading" });
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    let isCurrent = true;
    load().then(
      (value) => {
        if (isCurrent) setLoaded({ state: "ready", value });
      },
      (error: unknown) => {
        if (isCurrent) setLoaded({ state: "failed", error });
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [load, turn]);

  const reload = useCallback(() => {
    setTurn((before) => before + 1);
  }, []);
  return [loaded, reload];
}
