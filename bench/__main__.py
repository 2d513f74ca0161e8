"""`python -m bench [NAME…]`: measure, print each number beside its limit, end with 1 when one is not kept."""

from __future__ import annotations

import sys

from bench import document, engine, environment, regression, run, startup, workspace
from bench.ratio import Result

BENCHES = {
    "engine": engine.results,
    "workspace": workspace.results,
    "environment": environment.results,
    "startup": startup.results,
    "document": document.results,
    "run": run.results,
}
# These take long, and run only when they are named.
LONG = {"regression": regression.results}


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; return the exit code."""
    there = BENCHES | LONG
    unknown = sorted(set(names) - set(there))
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(there)}", file=sys.stderr)
        return 2
    kept = True
    for name in names or BENCHES:
        for result in there[name]():
            print(_line(result), flush=True)
            kept = kept and result.holds
    return 0 if kept else 1


def _line(result: Result) -> str:
    mark = "ok  " if result.holds else "SLOW"
    number = f"{result.value:.2f} {result.unit}"
    return f"{mark} {result.name:26} {number:>10}  (limit {result.limit:g} {result.unit})  {result.detail}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
