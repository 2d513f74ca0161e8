from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

import pytest

from kit import documents
from onward.cli.console import Console, is_live, printable, style_for
from onward.model.event import Event, RunFailed, StepProgress
from onward.report.progress import Progress
from onward.report.style import PLAIN, TerminalStyle

SHOW_CURSOR = "\x1b[?25h"
HIDE_CURSOR = "\x1b[?25l"


@dataclass
class Terminal:
    """Both ends of a pseudo terminal; `seen` is what a person would have been sent."""

    stream: TextIO
    reader: int

    def seen(self) -> str:
        self.stream.flush()
        time.sleep(0.05)
        return os.read(self.reader, 1 << 20).decode()


@contextmanager
def terminal() -> Iterator[Terminal]:
    reader, writer = os.openpty()
    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        yield Terminal(stream, reader)
    os.close(reader)


class Pipe(io.TextIOWrapper):
    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, write_through=True)

    @property
    def told(self) -> str:
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode(self.encoding)


def tell(environ: Mapping[str, str], *events: Event) -> tuple[str, str]:
    out, err = Pipe(), Pipe()
    with Console(out, err, environ) as console:
        for event in events:
            console.listen(event)
        console.say("report\n")
    return out.told, err.told


def test_progress_goes_to_err_and_reports_to_out() -> None:
    out, err = tell({}, *documents.events())
    assert out == "report\n"
    lines = err.splitlines()
    assert lines[0] == "onward 0.1.0: profile full, 7 steps of 7 gates, on 2 CPUs, run 20261121T084841Z-5f0c2a"
    assert "✗ lint/flake8 failed in 2.2 s: 6 findings" in lines
    assert "✓ tests/pytest@3.11 passed in 9.8 s from the cache" in lines
    assert "✗ gate coverage: failed, line coverage 71.3 % is below the ratchet of 72 %" in lines
    assert "\x1b" not in err


def test_an_early_end_is_told() -> None:
    _, err = tell({}, RunFailed(kind="record", message="disk\x1b[2J full", where="", hint="", exit_code=3))
    assert err == "the run ended early: disk\\x1b[2J full\n"


def test_progress_itself_is_not_worth_a_line() -> None:
    assert Progress(PLAIN).lines(StepProgress(step="a", text="b")) == ()


@pytest.mark.parametrize(
    ("environ", "tty", "colour", "live"),
    [
        ({"TERM": "xterm"}, True, True, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False, True),
        ({"TERM": "xterm", "NO_COLOR": ""}, True, True, True),
        ({"TERM": "dumb"}, True, False, False),
        ({}, True, False, False),
        ({"TERM": "xterm", "CI": "true"}, True, True, False),
        ({"TERM": "xterm"}, False, False, False),
        ({"FORCE_COLOR": "1"}, False, True, False),
        ({"FORCE_COLOR": "0", "TERM": "xterm"}, True, False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False, False),
    ],
)
def test_what_the_environment_decides(environ: dict[str, str], *, tty: bool, colour: bool, live: bool) -> None:
    with terminal() as screen:
        stream = screen.stream if tty else Pipe()
        assert style_for(stream, environ).colour is colour
        assert is_live(stream, environ) is live


@pytest.mark.parametrize(
    ("environ", "asked", "width"),
    [
        ({}, None, 100),
        ({"COLUMNS": "50"}, None, 50),
        ({"COLUMNS": "50"}, 60, 60),
        ({"COLUMNS": "x"}, None, 100),
        ({}, 3, 20),
        ({}, 900, 140),
    ],
)
def test_width(environ: dict[str, str], asked: int | None, width: int) -> None:
    assert style_for(Pipe(), environ, asked).width == width


def test_a_stream_that_knows_only_ascii_gets_ascii() -> None:
    pipe = Pipe("ascii")
    assert style_for(pipe, {}).unicode is False
    assert printable("é ✓\n", pipe) == "\\xe9 \\u2713\n"
    with Console(pipe, pipe, {}) as console:
        for event in documents.events():
            console.listen(event)
        console.say("é\n")
    assert pipe.told.endswith("\\xe9\n")


def test_on_github_foreign_text_commands_nothing() -> None:
    out, err = Pipe(), Pipe()
    with Console(out, err, {"GITHUB_ACTIONS": "true"}) as console:
        console.listen(documents.events()[0])
        console.command(["::error::ours"])
        console.listen(RunFailed(kind="x", message="::error::theirs", where="", hint="", exit_code=3))
        console.say("report\n  ::error::theirs\na::b\n")
    assert out.told == "report\n  : :error::theirs\na::b\n"
    first = err.told.splitlines()[0]
    token = first.removeprefix("::stop-commands::")
    assert re.fullmatch(r"[0-9a-f]{32}", token)
    listening = True
    heard = []
    for line in err.told.splitlines():
        if line in {f"::stop-commands::{token}", f"::{token}::"}:
            listening = line == f"::{token}::"
        elif listening:
            heard.append(line)
    assert heard == ["::error::ours"]
    assert listening


def test_commands_are_for_github_only() -> None:
    out, err = Pipe(), Pipe()
    with Console(out, err, {}) as console:
        console.command(["::error::ours"])
    assert out.told + err.told == ""


def test_a_live_view_shows_what_runs_and_gives_the_terminal_back() -> None:
    with terminal() as screen:
        with Console(Pipe(), screen.stream, {"TERM": "xterm", "COLUMNS": "100"}) as console:
            for event in documents.events()[:3]:
                console.listen(event)
            time.sleep(0.3)
            running = screen.seen()
            for event in documents.events()[3:]:
                console.listen(event)
        told = screen.seen()
    assert HIDE_CURSOR in running
    assert "lint/flake8" in running
    assert "running" in running
    assert "0 of 7 steps" in running
    assert "gate lint: failed" in told
    assert told.rindex(SHOW_CURSOR) > told.find(HIDE_CURSOR)
    assert "31mred" not in told.replace("\\x1b[31mred", "")


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_the_terminal_is_given_back_after_an_interrupt(error: type[BaseException]) -> None:
    with terminal() as screen:
        with pytest.raises(error):
            _break_off(screen.stream, error)
        assert SHOW_CURSOR in screen.seen()


def _break_off(stream: TextIO, error: type[BaseException]) -> None:
    with Console(Pipe(), stream, {"TERM": "xterm"}) as console:
        console.listen(documents.events()[0])
        raise error


def test_many_threads_may_tell_at_once() -> None:
    with terminal() as screen:
        drain = threading.Thread(target=_drain, args=(screen.reader, stop := threading.Event()))
        drain.start()
        with Console(Pipe(), screen.stream, {"TERM": "xterm"}) as console:
            _at_once(8, lambda: _tell_all(console))
        stop.set()
        screen.stream.write("end\n")
        screen.stream.flush()
        drain.join()


def _tell_all(console: Console) -> None:
    for event in documents.events():
        console.listen(event)


def _at_once(count: int, work: Callable[[], None]) -> None:
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # whatever it is, the test must hear of it
            failures.append(error)

    threads = [threading.Thread(target=guarded) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def _drain(reader: int, stop: threading.Event) -> None:
    while not stop.is_set():
        os.read(reader, 1 << 16)


def test_a_reader_that_went_away_is_not_an_error() -> None:
    code = (
        "import sys\nfrom onward.cli.console import Console\n"
        "with Console(sys.stdout, sys.stderr, {}) as console:\n"
        "    for _ in range(20000): console.say('x' * 100 + '\\n')\n"
    )
    done = subprocess.run(
        ["bash", "-c", f'"{sys.executable}" -c "$1" | head -1; exit ${{PIPESTATUS[0]}}', "x", code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_an_output_that_cannot_be_written_is_said() -> None:
    code = (
        "import sys\nfrom onward.cli.console import Console\nfrom onward.errors import RecordError\n"
        "try:\n    with Console(sys.stdout, sys.stderr, {}) as console: console.say('x')\n"
        "except RecordError as error: sys.stderr.write(error.message)\n"
    )
    with open("/dev/full", "wb") as full:  # noqa: PTH123  # a device, not a path of ours
        done = subprocess.run([sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "cannot write the output: No space left on device")


def test_rich_is_only_imported_for_a_live_view() -> None:
    code = (
        "import io, sys\nfrom onward.cli.console import Console\n"
        "with Console(sys.stdout, sys.stderr, {}) as console: console.say('x')\n"
        "assert not [name for name in sys.modules if name.split('.')[0] in {'rich', 'jinja2', 'click'}]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_narrow_paper_still_tells() -> None:
    progress = Progress(TerminalStyle(width=20))
    told = [line for event in documents.events()[3:5] for line in progress.lines(event)]
    assert told == ["✗ lint/flake8 failed in 2.2 s: 6 findings"]
