"""Run a scanner whose output holds secrets in clear: it goes to a file that nobody keeps, and what was scanned is counted.

Arguments: --output FILE --counts FILE -- PROGRAM WORD… Ends with the program's exit code.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

END = "finished scanning"


def counts(log: str) -> dict[str, object]:
    """Return what the scanner says of itself in the JSON line with which it ends, and the errors that it went on after."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    ends = [line for line in lines if line.get("msg") == END]
    errors = [str(line.get("errors") or line.get("error") or line.get("msg")) for line in lines if is_error(line)]
    return {**({"chunks": ends[-1]["chunks"]} if ends else {}), "errors": errors}


def is_error(line: dict[str, object]) -> bool:
    """Return whether a line of the log is about something that went wrong."""
    return line.get("level") in {"error", "fatal", "panic"}


def main() -> int:
    """Run, count, and pass the exit code on."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--counts", type=Path, required=True)
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    with asked.output.open("wb") as output:
        ended = subprocess.run(asked.command, stdout=output, stderr=subprocess.PIPE, check=False)
    log = ended.stderr.decode(errors="replace")
    sys.stderr.write(log)
    asked.counts.write_text(json.dumps(counts(log)), encoding="utf-8")
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main())
