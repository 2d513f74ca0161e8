import { useEffect } from "react";

/** Call `tick` every `ms` milliseconds while `ms` is not null. `tick` must be stable. */
export function useInterval(tick: () => void, ms: number | null): void {
  useEffect(() => {
    if (ms === null) return;
    const timer = window.setInterval(tick, ms);
    return () => {
      window.clearInterval(timer);
    };
  }, [tick, ms]);
}
