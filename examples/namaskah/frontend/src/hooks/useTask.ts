import { useCallback, useState } from "react";

export interface Task {
  isBusy: boolean;
  error: unknown;
  run: (work: () => Promise<void>) => void;
}

/** One piece of work at a time, started by the user; its error is kept until the next attempt. */
export function useTask(): Task {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const run = useCallback((work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    work()
      .catch(setError)
      .finally(() => {
        setBusy(false);
      });
  }, []);
  return { isBusy, error, run };
}
