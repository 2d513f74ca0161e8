from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kit.children import killed_when_ready, on_a_full_disk, spawn
from onward.files import lock

HOLD = (
    "import sys, pathlib; from onward.files import lock\n"
    "held = lock.take(pathlib.Path(sys.argv[1]), purpose='writing the\\nledgers')\n"
    "print('ready' if held else 'refused', flush=True); sys.stdin.read()"
)
COUNT = (
    "import sys, pathlib; from onward.files import lock\n"
    "counter, path = map(pathlib.Path, sys.argv[1:3])\n"
    "for _ in range(60):\n"
    "  with lock.wait(path, purpose='counting'):\n"
    "    counter.write_text(str(int(counter.read_text()) + 1))\n"
    "    if sys.argv[3] == 'removed': path.unlink()\n"
)


@pytest.mark.parametrize("afterwards", ["kept", "removed"])
def test_processes_that_contend_never_hold_it_together(tmp_path: Path, afterwards: str) -> None:
    """Also where each removes the file while it holds it alone, as pruning does."""
    counter = tmp_path / "counter"
    counter.write_text("0")
    children = [spawn(COUNT, counter, tmp_path / "deep/lock", afterwards) for _ in range(3)]
    assert [child.communicate()[1] for child in children] == [b""] * 3
    assert counter.read_text() == "180"


def test_it_says_who_holds_it_and_ends_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with killed_when_ready(HOLD, path) as child:
        assert lock.take(path) is None
        assert lock.take(path, shared=True) is None
        assert lock.is_held(path)
        holder = lock.holder(path)
        assert holder is not None
        assert (holder.pid, holder.purpose) == (child.pid, "writing the ledgers")
        assert abs(datetime.now(UTC) - datetime.fromisoformat(holder.since)) < timedelta(minutes=1)
        assert str(holder) == f"process {child.pid} since {holder.since}: writing the ledgers"
    assert not lock.is_held(path)
    assert lock.holder(path) is None
    assert f"{child.pid}" in path.read_text()
    with lock.wait(path, shared=True, within_s=0) or pytest.fail("it is not free"):
        # what the killed one had written must not be taken for a holder of today
        assert path.read_text() == ""


def test_threads_exclude_each_other_like_processes(tmp_path: Path) -> None:
    path, order = tmp_path / "lock", []

    def wait() -> None:
        with lock.wait(path) or pytest.fail("it never came free"):
            order.append("second")

    with lock.take(path) or pytest.fail("it is not free"):
        thread = threading.Thread(target=wait)
        thread.start()
        time.sleep(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_several_share_it_and_nobody_has_it_alone_then(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    one, two = lock.take(path, shared=True), lock.take(path, shared=True)
    assert one is not None
    assert two is not None
    assert lock.take(path) is None
    assert not lock.is_held(path)
    assert lock.holder(path) is None
    one.close()
    one.close()
    assert lock.take(path) is None
    two.close()
    with lock.take(path) or pytest.fail("it is not free"):
        assert lock.is_held(path)


def test_waiting_ends_with_the_time_or_when_told_to(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with lock.take(path) or pytest.fail("it is not free"):
        began = time.monotonic()
        assert lock.wait(path, within_s=0.2) is None
        assert 0.2 <= time.monotonic() - began < 5
        assert lock.wait(path, stopped=lambda: True) is None


def test_what_is_not_there_is_held_by_nobody_and_not_made_by_asking(tmp_path: Path) -> None:
    assert not lock.is_held(tmp_path / "lock")
    assert lock.holder(tmp_path / "lock") is None
    assert list(tmp_path.iterdir()) == []


def test_a_note_that_is_none_names_nobody(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with lock.take(path) or pytest.fail("it is not free"):
        for text in (b"", b"12", b"x\ny\nz\n", b"\xff\n\n\n"):
            path.write_bytes(text)
            assert lock.holder(path) is None


def test_a_full_disk_matters_only_where_something_is_written(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = "import sys, pathlib; from onward.files import lock; print(lock.take(pathlib.Path(sys.argv[1]), purpose=sys.argv[2]))"
    assert "File too large" in on_a_full_disk(code, path, "something", limit=0)
    assert on_a_full_disk(code, path, "", limit=0) == ""
    with lock.take(path, purpose="now") or pytest.fail("it is not free"):
        assert (lock.holder(path) or pytest.fail("nobody")).pid == os.getpid()


WITHOUT_DESCRIPTORS = """
import os, resource, sys
from pathlib import Path
from onward.files.lock import is_held
from onward.execute.process.identity import identify

assert identify(os.getpid()) is not None
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
print(is_held(Path(sys.argv[1])))
try:
    print(identify(os.getpid()))
except OSError as error:
    print(error.strerror)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are not looked at through files")
def test_who_cannot_look_takes_nobody_for_dead(tmp_path: Path) -> None:
    """Processes and services of runs that are taken for dead are ended."""
    (tmp_path / "lock").touch()
    asked = subprocess.run(
        [sys.executable, "-c", WITHOUT_DESCRIPTORS, str(tmp_path / "lock")], capture_output=True, text=True, check=True
    )
    assert asked.stdout.split("\n") == ["True", "Too many open files", ""]
