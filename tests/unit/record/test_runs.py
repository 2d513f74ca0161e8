from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import documents
from kit.children import on_a_full_disk
from onward.errors import RecordError
from onward.files import journal
from onward.model.event import RunFailed, StepProgress
from onward.record import lines
from onward.record.folder import Clock, RunFolder, safe_name
from onward.record.runs import Records

START = datetime(2026, 11, 21, 8, 48, 41, tzinfo=UTC)


def ticking() -> Clock:
    ticks = iter(range(10_000))
    return Clock(wall=lambda: START + timedelta(seconds=1), mono=lambda: next(ticks) / 4)


def recorded(records: Records, run: str, root: str = "/home/ada/shop/backend") -> None:
    with records.begin(run, ticking()) as folder:
        folder.append(replace(documents.started(root), run=run))
        for event in documents.events()[1:]:
            folder.append(event)


def test_a_run_is_read_as_it_was_told(tmp_path: Path) -> None:
    records = Records(tmp_path)
    recorded(records, "20261121T000000Z-aa")
    assert records.events("20261121T000000Z-aa")[1:] == documents.events()[1:]
    first = records.read("latest")[0]
    assert (first.v, first.seq, first.at, first.mono) == (2, 1, "2026-11-21T08:48:42.000+00:00", 0.0)


def test_latest_is_the_newest_of_the_project(tmp_path: Path) -> None:
    records = Records(tmp_path)
    recorded(records, "20261121T000001Z-aa", root="/one")
    recorded(records, "20261121T000003Z-bb", root="/two")
    recorded(records, "20261121T000002Z-cc", root="/one")
    assert records.find("latest", "/one") == "20261121T000002Z-cc"
    assert records.find("latest") == "20261121T000003Z-bb"
    assert records.find("20261121T000001") == "20261121T000001Z-aa"
    with pytest.raises(RecordError, match="beginning of 3 runs"):
        records.find("2026")
    with pytest.raises(RecordError, match="no recorded run of /three"):
        records.find("latest", "/three")


def test_what_is_not_there_lists_what_is(tmp_path: Path) -> None:
    records = Records(tmp_path)
    with pytest.raises(RecordError, match="no recorded run") as caught:
        records.read()
    assert "onward run" in caught.value.hint
    recorded(records, "20261121T000001Z-aa")
    with pytest.raises(RecordError, match="'nope'") as caught:
        records.read("nope")
    assert "20261121T000001Z-aa" in caught.value.hint
    with pytest.raises(RecordError, match="''"):
        records.read("")


def test_summaries_tell_how_each_run_ended(tmp_path: Path) -> None:
    records = Records(tmp_path)
    recorded(records, "r1")
    with records.begin("r2", ticking()) as folder:
        folder.append(replace(documents.started(), run="r2"))
        folder.append(RunFailed(kind="service", message="no", where="", hint="", exit_code=3))
    (tmp_path / "runs" / "r3").mkdir()
    (tmp_path / "runs" / "r3" / "events.jsonl").write_bytes(b'{"v":1')
    alive = records.begin("r4", ticking())
    alive.append(replace(documents.started(), run="r4"))
    told = [(each.run, each.alive, each.verdict, each.exit_code) for each in records.summaries()]
    assert told == [("r4", True, None, None), ("r2", False, "unverified", 3), ("r1", False, "failed", 1)]
    alive.close()
    assert not records.is_alive("r4")
    assert not records.is_alive("never")


def test_a_run_killed_at_its_very_start_says_so(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.begin("r1").close()
    with pytest.raises(RecordError, match="has no start event"):
        records.read("r1")


def test_the_lock_ends_with_its_process(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from onward.record.runs import Records\n"
        "run = Records(pathlib.Path(sys.argv[1])).begin('r1'); print('held', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(  # a process of its own, to be killed without a chance to let go
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        assert child.stdout is not None
        child.stdout.readline()
        assert Records(tmp_path).is_alive("r1")
        child.kill()
    assert not Records(tmp_path).is_alive("r1")


def test_many_threads_write_whole_lines_in_order(tmp_path: Path) -> None:
    records = Records(tmp_path)
    with records.begin("r1") as folder:
        folder.append(replace(documents.started(), run="r1"))
        told = StepProgress(step="a", text="x" * 5000)

        def talk() -> None:
            for _ in range(50):
                folder.append(told)

        threads = [threading.Thread(target=talk) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [line.seq for line in records.read("r1")] == list(range(1, 402))


def test_events_are_on_disk_as_they_happen(tmp_path: Path) -> None:
    records = Records(tmp_path)
    folder = records.begin("r1")
    folder.append(replace(documents.started(), run="r1"))
    assert len(records.read("r1")) == 1
    folder.close()
    folder.close()
    with pytest.raises(RecordError, match="incomplete after an earlier write error"):
        folder.append(documents.started())


def test_a_run_is_never_recorded_over(tmp_path: Path) -> None:
    records = Records(tmp_path)
    recorded(records, "r1")
    with pytest.raises(RecordError, match="exists"):
        records.begin("r1")


def test_a_place_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file in the way")
    with pytest.raises(RecordError, match="cannot write") as caught:
        Records(tmp_path).begin("r1")
    assert "ONWARD_STATE_DIR" in caught.value.hint
    with pytest.raises(RecordError, match="cannot read"):
        Records(tmp_path).ids()


def test_a_full_disk_breaks_the_record_off(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys; from onward.errors import RecordError; from onward.record.runs import Records\n"
        "from onward.model.event import StepProgress\n"
        "with Records(pathlib.Path(sys.argv[1])).begin('r1') as folder:\n"
        "  for _ in range(99):\n"
        "    try: folder.append(StepProgress(step='tests', text='x' * 500))\n"
        "    except RecordError as error: print(error, file=sys.stderr)\n"
    )
    first, *later = on_a_full_disk(code, tmp_path, limit=20_000).splitlines()
    assert first == "cannot write the run record: File too large"
    assert set(later) == {"the run record is incomplete after an earlier write error"}
    path = tmp_path / "runs" / "r1" / "events.jsonl"
    assert path.stat().st_size == 20_000
    assert [line.seq for line in lines.parse(journal.read(path), "x")] == list(range(1, 99 - len(later)))


def test_a_step_has_one_folder(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "r1", clock=ticking()) as folder:
        out = folder.folder("tests/pytest@3.9")
        assert out.is_dir()
        assert out == folder.folder("tests/pytest@3.9")


@given(st.text(), st.text())
def test_step_folders_are_safe_and_apart(one: str, other: str) -> None:
    names = safe_name(one), safe_name(other)
    for name in names:
        assert name
        assert name not in {".", ".."}
        assert not set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789._-")
        assert len(name) <= 80
    assert (one == other) == (names[0] == names[1])


def test_step_folders_differ_where_file_systems_ignore_case() -> None:
    assert safe_name("lint") == "lint"
    assert safe_name("Lint").lower() != safe_name("lint")


def test_a_run_whose_events_cannot_be_read_says_so(tmp_path: Path) -> None:
    records = Records(tmp_path)
    recorded(records, "r1")
    events = tmp_path / "runs" / "r1" / "events.jsonl"
    events.unlink()
    with pytest.raises(RecordError, match="no recorded run"):
        records.read("r1")
    events.mkdir()
    assert records.summaries() == ()
    with pytest.raises(RecordError, match="no recorded run"):
        records.read("r1")


def test_a_last_line_longer_than_one_look_is_found(tmp_path: Path) -> None:
    records = Records(tmp_path)
    with records.begin("r1") as folder:
        folder.append(replace(documents.started(), run="r1"))
        folder.append(RunFailed(kind="x", message="long " * 40_000, where="", hint="", exit_code=4))
    assert records.summaries()[0].exit_code == 4
