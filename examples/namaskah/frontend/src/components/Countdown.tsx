import { useCallback, useState } from "react";
import { countdown } from "../format";
import { useInterval } from "../hooks/useInterval";

/** How long until an instant; a timer is not read out each second. */
export function Countdown({ until }: { until: string }) {
  const [now, setNow] = useState(() => Date.now());
  const tick = useCallback(() => {
    setNow(Date.now());
  }, []);
  useInterval(tick, 1000);
  const seconds = (new Date(until).getTime() - now) / 1000;
  return (
    <p className="hint">
      Refunded by itself in{" "}
      <span role="timer" aria-live="off">
        {countdown(seconds)}
      </span>{" "}
      if no code arrives.
    </p>
  );
}
