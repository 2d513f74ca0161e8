from __future__ import annotations

import os
from pathlib import Path

import pytest

from kit.children import killed_when_ready, on_a_full_disk
from onward.files import journal
from onward.files.journal import Journal

LINES = (b"first\n", b"\n", "größer\n".encode(), b"the last one\n")
OPEN = "import sys, pathlib; from onward.files.journal import Journal; journal = Journal(pathlib.Path(sys.argv[1]))\n"
TALK = OPEN + (
    "number = 0\n"
    "while True:\n"
    "  journal.append(b'%d %s\\n' % (number, b'x' * (number % 5000))); number += 1\n"
    "  if number == 300: print('ready', flush=True)\n"
)


def written(path: Path, *lines: bytes) -> Path:
    entry = Journal(path)
    for line in lines:
        entry.append(line)
    entry.close()
    return path


@pytest.mark.parametrize("kept", range(len(LINES[-1])))
def test_a_torn_last_line_is_left_out_and_cut_off_by_the_next_writer(tmp_path: Path, kept: int) -> None:
    path = written(tmp_path / "journal", *LINES)
    os.truncate(path, sum(map(len, LINES[:-1])) + kept)
    assert journal.read(path) == b"".join(LINES[:-1])
    assert journal.ends(path) == (LINES[0], LINES[-2])
    written(path, b"next\n")
    assert path.read_bytes() == b"".join((*LINES[:-1], b"next\n"))


def test_what_was_appended_is_there_and_goes_on(tmp_path: Path) -> None:
    path = written(tmp_path / "journal", *LINES)
    assert path.read_bytes() == journal.read(path) == b"".join(LINES)
    written(path, b"more\n")
    assert journal.ends(path) == (b"first\n", b"more\n")
    assert path.stat().st_mode & 0o777 == 0o600


def test_only_one_writer_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with killed_when_ready(OPEN + "print('ready', flush=True); sys.stdin.read()", path), pytest.raises(BlockingIOError):
        Journal(path)
    entry = Journal(path)
    with pytest.raises(BlockingIOError):
        Journal(path)
    entry.close()
    entry.close()
    assert entry.closed
    Journal(path).close()


def test_a_killed_writer_leaves_whole_lines_in_order(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with killed_when_ready(TALK, path):
        pass
    lines = journal.read(path).splitlines()
    assert len(lines) >= 300
    assert [line.partition(b" ")[0] for line in lines] == [b"%d" % number for number in range(len(lines))]
    assert [len(line.partition(b" ")[2]) for line in lines] == [number % 5000 for number in range(len(lines))]
    written(path, b"after\n")
    assert journal.read(path).splitlines() == [*lines, b"after"]


def test_a_full_disk_closes_it_and_the_lines_before_count(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    code = OPEN + (
        "try:\n"
        "  for _ in range(99): journal.append(b'x' * 99 + b'\\n')\n"
        "except OSError as error: print(error, journal.closed, file=sys.stderr)\n"
    )
    complaint = on_a_full_disk(code, path, limit=1050)
    assert "File too large" in complaint
    assert complaint.endswith("True\n")
    assert path.stat().st_size == 1050
    assert journal.read(path) == (b"x" * 99 + b"\n") * 10
    written(path, b"package again\n")
    assert journal.ends(path) == (b"x" * 99 + b"\n", b"package again\n")


@pytest.mark.parametrize("line", [b"", b"half", b"two\nlines\n", b"\n\n"])
def test_what_is_not_one_line_is_not_appended(tmp_path: Path, line: bytes) -> None:
    entry = Journal(tmp_path / "journal")
    with pytest.raises(ValueError, match="only newline"):
        entry.append(line)
    assert not entry.closed
    entry.close()
    assert journal.read(tmp_path / "journal") == b""


@pytest.mark.parametrize("torn", [b"", b"half", b"x" * 200_000])
def test_the_ends_of_one_line_of_none_and_of_long_ones(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "journal"
    for whole, ends in (
        ((), (b"", b"")),
        ((b"one\n",), (b"one\n", b"one\n")),
        ((b"a" * 100_000 + b"\n", b"b" * 100_000 + b"\n"), (b"a" * 100_000 + b"\n", b"b" * 100_000 + b"\n")),
    ):
        path.write_bytes(b"".join((*whole, torn)))
        assert journal.ends(path) == ends
        assert journal.read(path) == b"".join(whole)
