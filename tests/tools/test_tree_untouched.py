"""The work tree is never changed by a run: byte for byte, times and modes, ignored files and git's own included."""

from __future__ import annotations

import hashlib
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit import containers, shop
from kit.aftermath import await_until
from kit.invocations import Onward
from kit.repos import Repo

pytestmark = [pytest.mark.tools, pytest.mark.services, pytest.mark.slow]

Look = tuple[int, int, int, str]

# Whatever tools leave behind when they run in a tree is there already, ignored, with contents of its own.
IGNORED = {
    ".gitignore": ".env\n*.pyc\n__pycache__/\n.pytest_cache/\n.mypy_cache/\n.ruff_cache/\n.coverage\nhtmlcov/\nsecret/\n",
    ".env": "SECRET=of this machine\n",
    "app/__pycache__/orders.cpython-311.pyc": "not really compiled\n",
    ".pytest_cache/v/cache/lastfailed": "{}",
    ".mypy_cache/CACHEDIR.TAG": "mine\n",
    ".ruff_cache/CACHEDIR.TAG": "mine\n",
    ".coverage": "mine\n",
    "htmlcov/index.html": "mine\n",
    "secret/key.pem": "mine\n",
}
# Code that writes wherever it finds itself.
VANDAL = """from __future__ import annotations

import shutil
from pathlib import Path

from app.orders import total

HERE = Path(__file__).resolve().parents[2]


def test_that_writes_everywhere() -> None:
    (HERE / "app" / "orders.py").write_text("raise SystemExit\\n")
    (HERE / "left-behind.txt").write_text("left behind")
    (HERE / "app" / "__init__.py").unlink()
    shutil.rmtree(HERE / "migrations")
    assert total([1]) == 1
"""


SLOW = """import os
import pathlib
import time


def test_slow():
    pathlib.Path(os.environ["ONWARD_RUN"], "begun").touch()
    time.sleep(60)
"""


def looks(root: Path) -> dict[str, Look]:
    """Return how everything below `root` looks: mode, size, time of change and content, folders and links included."""
    return dict(_looks(root))


def _looks(root: Path) -> Iterator[tuple[str, Look]]:
    for path in sorted(root.rglob("*")):
        state = path.lstat()
        content = ""
        if path.is_symlink():
            content = str(path.readlink())
        elif path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        yield path.relative_to(root).as_posix(), (state.st_mode, state.st_size, state.st_mtime_ns, content)


@pytest.fixture
def onward(tmp_path: Path) -> Onward:
    caller = Onward(tmp_path / "home")
    containers.import_databases(caller, tmp_path)
    return caller


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = shop.make(tmp_path / "shop", **{".gitignore": IGNORED[".gitignore"]})
    made.write(IGNORED)
    (made.root / "app" / "link.py").symlink_to("orders.py")
    (made.root / "secret").chmod(0o500)
    made.commit("A link")
    made.git("status")
    return made


def test_a_full_run(repo: Repo, onward: Onward, tmp_path: Path) -> None:
    repo.write({"app/orders.py": shop.ORDERS + "\n", "untracked notes.txt": "mine\n"})
    status, before = repo.git("status", "--porcelain", "--ignored"), looks(repo.root)
    said = onward.run("--offline", "--report", f"html={tmp_path / 'report.html'}", cwd=repo.root)
    assert said.code in (0, 1), said.err
    ran = {gate["gate"] for gate in said.document["gates"] if gate["verdict"] in ("passed", "failed")}
    assert ran >= {"tests", "integration", "migrations", "coverage", "format", "lint", "types", "security", "secrets"}
    assert looks(repo.root) == before
    assert repo.git("status", "--porcelain", "--ignored") == status


def test_code_that_writes_everywhere(repo: Repo, onward: Onward) -> None:
    repo.commit("A vandal", {"tests/unit/test_vandal.py": VANDAL})
    before = looks(repo.root)
    first = onward.run("tests", "--offline", cwd=repo.root)
    assert first.gate("tests")["verdict"] in ("passed", "failed"), first.err
    assert looks(repo.root) == before
    second = onward.run("security", "--offline", cwd=repo.root)
    assert second.gate("security")["verdict"] == "passed"
    assert looks(repo.root) == before


def test_a_failing_run(repo: Repo, onward: Onward) -> None:
    repo.commit("Faults", {"app/orders.py": "import os\n\n\ndef total(prices):\n  return eval('1')\n"})
    before = looks(repo.root)
    said = onward.run("tests", "format", "lint", "security", "--offline", cwd=repo.root)
    assert said.code == 1
    assert looks(repo.root) == before
    assert repo.git("status", "--porcelain") == ""


@pytest.mark.parametrize("code", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run(repo: Repo, onward: Onward, code: signal.Signals) -> None:
    repo.commit("Slow", {"tests/unit/test_slow.py": SLOW})
    before = looks(repo.root)
    process = onward.start("run", "tests", "lint", "security", "--offline", cwd=repo.root)
    assert await_until(lambda: any(onward.state.glob("runs/*/begun")) or process.poll() is not None, 120)
    process.send_signal(code)
    process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGKILL)
    assert looks(repo.root) == before
    assert onward.run("security", "--offline", cwd=repo.root).code == 0
    assert looks(repo.root) == before
    assert repo.git("status", "--porcelain") == ""
