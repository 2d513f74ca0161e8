"""Whether the load gate's comparison tells a slowdown from noise: the example against itself, and against a slower self.

Comparisons alternate: one with an unchanged application, then one whose busiest endpoint waits for 15 % of the median
that the unchanged one has just shown. All goes through `onward run performance`, as a user's does. Takes about half an
hour, so it runs only when it is named: `python -m bench regression`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.ratio import Result

COMPARISONS = 10
ADDED = 0.15
ENDPOINT = "GET /api/v1/wallet"
_EXAMPLE = Path(__file__).parents[1] / "examples/namaskah"
_LEFT_BEHIND = shutil.ignore_patterns(".venv", "__pycache__", "node_modules", "frontend", ".*_cache", "onward.toml")
_HANDLER = Path("app/api/wallet.py")
_ANSWER = "    return WalletOut.model_validate(services.wallets.of(user.id))\n"
# The application as the example starts it, without its front end, and a comparison that is worth its time.
_DEFINITION = """schema = 1

[project]
name = "namaskah"
python = ["3.11"]
deployed-python = "3.11"
source = ["app", "main.py", "provider_sim"]
tests = ["tests"]
requirements = ["requirements.txt"]
deployed-requirements = ["requirements.txt"]
default-branch = "main"

[environment]
TESTING = "1"

[services.postgres]
image = "postgres:15"
variable = "DATABASE_URL"
scheme = "postgresql"

[services.redis]
image = "redis:7"
variable = "REDIS_URL"

[application]
command = ["uvicorn", "main:app", "--host", "{host}", "--port", "{port}", "--no-access-log"]
prepare = [["alembic", "upgrade", "head"]]
health = "/api/v1/health"

[application.environment]
PAYMENT_WEBHOOK_SECRET = "{secret:webhook}"
SMS_PROVIDER_KEY = "{secret:provider}"
PAYMENT_CHECKOUT_URL = "{provider.url}/checkout"
RATE_LIMIT_REGISTER_PER_HOUR = "1000000"
RATE_LIMIT_LOGIN_PER_MINUTE = "1000000"
RATE_LIMIT_PURCHASE_PER_MINUTE = "1000000"
PASSWORD_MEMORY_KIB = "64"
PASSWORD_TIME_COST = "1"

[application.companions.provider]
command = ["uvicorn", "provider_sim.main:app", "--host", "{host}", "--port", "{port}", "--no-access-log"]
health = "/health"
variable = "SMS_PROVIDER_URL"

[application.companions.provider.environment]
SIM_WEBHOOK_URL = "{application.url}/api/v1/webhooks/payments"
PAYMENT_WEBHOOK_SECRET = "{secret:webhook}"
SMS_PROVIDER_KEY = "{secret:provider}"

[gates.performance]
users = 1
short-duration = "1s"
p95 = "10s"
p99 = "10s"
compare-rounds = 40
compare-block = "100ms"
compare-users = 1
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one comparison said: the gate's verdict, whether it named a slowdown, and the line on the busiest endpoint."""

    verdict: str
    slower: bool
    line: str
    machine: str
    base_ms: float


def results() -> Iterator[Result]:
    """Compare ten times with itself and ten times with the slower one, in turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        root = folder / "namaskah"
        shutil.copytree(_EXAMPLE, root, ignore=_LEFT_BEHIND)
        (root / "onward.toml").write_text(_DEFINITION)
        _git(root, "init", "--quiet", "--initial-branch=main")
        _commit(root)
        _git(root, "switch", "--quiet", "--create", "change")
        same, slower = [], []
        for number in range(COMPARISONS):
            same.append(_compare(root, folder / "state", number, added_ms=0.0))
            slower.append(_compare(root, folder / "state", number, added_ms=ADDED * same[-1].base_ms))
    yield _result("unchanged: passed", sum(entry.verdict == "passed" for entry in same), limit=COMPARISONS)
    yield _result("15 % slower: reported", sum(entry.slower for entry in slower), limit=COMPARISONS - 1)


def _result(what: str, count: int, *, limit: int) -> Result:
    # a result is kept when it is at most its limit, so what is counted are the misses
    missed = COMPARISONS - count
    return Result(
        name=f"regression, {what}",
        value=float(missed),
        limit=float(COMPARISONS - limit),
        unit="missed",
        detail=f"{count} of {COMPARISONS}",
    )


def _compare(root: Path, state: Path, number: int, *, added_ms: float) -> Shown:
    """Put a change into the work tree and let onward compare it with its base; print what it said."""
    _git(root, "reset", "--quiet", "--hard", "main")
    handler = root / _HANDLER
    text = handler.read_text()
    if _ANSWER not in text:
        raise AssertionError(f"{_HANDLER} has changed; the bench has to put its delay somewhere else")
    # not time.sleep, which takes a tenth of a millisecond longer than it is told, and so a third more than is meant
    until = f"    until = time.perf_counter() + {added_ms / 1000:.6f}\n"
    wait = f"{until}    while time.perf_counter() < until:\n        pass\n{_ANSWER}"
    changed = text.replace(_ANSWER, wait).replace("from typing", "import time\nfrom typing", 1) if added_ms else text
    handler.write_text(f"{changed}\n# change {number}\n")
    shown = _shown(_run(root, state), state)
    label = f"+{added_ms:.2f} ms" if added_ms else "unchanged"
    print(f"     {number + 1:2} {label:10} {shown.verdict:10} {shown.line}; {shown.machine}", flush=True)
    return shown


def _run(root: Path, state: Path) -> Mapping[str, Any]:
    env = {**os.environ, "ONWARD_STATE_DIR": str(state), "NO_COLOR": "1"}
    words = (sys.executable, "-m", "onward", "run", "performance", "--format", "json", "--profile", "full")
    done = subprocess.run(words, cwd=root, env=env, capture_output=True, text=True, check=False)
    if not done.stdout.startswith("{"):
        raise AssertionError(f"nothing was compared, onward ended with {done.returncode}:\n{done.stderr[-2000:]}")
    document: Mapping[str, Any] = json.loads(done.stdout)
    return document


def _shown(document: Mapping[str, Any], state: Path) -> Shown:
    gate = next(entry for entry in document["gates"] if entry["gate"] == "performance")
    notes = _notes(state)
    line = next((note for note in notes if note.startswith(f"{ENDPOINT} median")), "")
    if not line:
        raise AssertionError(f"{ENDPOINT} was not compared: {gate['reason']}")
    return Shown(
        verdict=gate["verdict"],
        slower=any(found["rule"] == "slower" for found in gate["findings"]),
        line=line,
        machine=next((note for note in notes if note.startswith("the machine")), ""),
        base_ms=float(line.removeprefix(f"{ENDPOINT} median ").partition(" ms")[0]),
    )


def _notes(state: Path) -> list[str]:
    """Return what the comparison of the last run noted."""
    latest = max((state / "runs").iterdir())
    for line in (latest / "events.jsonl").read_text().splitlines():
        event = json.loads(line)
        if event["type"] == "step.finished" and event["step"] == "performance/compare":
            return list(event["data"]["evidence"]["notes"])
    return []


def _git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=RunResources", "-c", "user.email=bench@example.com")
    subprocess.run(("git", *who, *words), cwd=root, check=True, capture_output=True)


def _commit(root: Path) -> None:
    _git(root, "add", "--all")
    _git(root, "commit", "--quiet", "--message", "The example as it is")
