"""The one place that prints: decides on colour, width and a live view, and never lets foreign text take over."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Self, TextIO

from onward.errors import RecordError
from onward.model.event import Event
from onward.report.progress import Progress
from onward.report.style import TerminalStyle

if TYPE_CHECKING:
    from types import TracebackType

    from onward.cli.live import LiveView

DEFAULT_WIDTH = 100
NARROWEST, WIDEST = 20, 140
_COMMAND = re.compile(r"^(\s*)::", re.MULTILINE)


class Console:
    """Reports go to `out`, what happens meanwhile to `err`. `listen` may be called from any thread.

    `width` overrides what the terminal says. Use it as a context manager: leaving it restores the terminal.
    """

    def __init__(self, out: TextIO, err: TextIO, environ: Mapping[str, str], width: int | None = None) -> None:
        self._out, self._err = out, err
        self._guard = threading.RLock()
        self._view: LiveView | None = None
        self._token = os.urandom(16).hex() if environ.get("GITHUB_ACTIONS") == "true" else ""
        self._gone = False
        self.style = style_for(out, environ, width)
        self._err_style = style_for(err, environ, width)
        self._progress = Progress(self._err_style)
        self.is_live = is_live(err, environ)
        if self._token:
            self._write(err, f"::stop-commands::{self._token}\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def listen(self, event: Event) -> None:
        """Show what `event` means for somebody who watches."""
        with self._guard:
            if self.is_live:
                self._live().show(event)
                return
            for line in self._progress.lines(event):
                self._write(self._err, self._inert(line) + "\n")

    def say(self, text: str) -> None:
        """Print a report as it is; the live view ends first."""
        with self._guard:
            self._end_view()
            self._write(self._out, self._inert(text))

    def command(self, lines: Iterable[str]) -> None:
        """Print workflow commands for GitHub, the only ones that it is let to understand; elsewhere nothing."""
        if not self._token:
            return
        with self._guard:
            self._write(self._err, f"::{self._token}::\n" + "".join(f"{line}\n" for line in lines))
            self._write(self._err, f"::stop-commands::{self._token}\n")

    def close(self) -> None:
        """Restore the terminal and let go; calling it twice is harmless."""
        with self._guard:
            self._end_view()
            if self._token:
                self._write(self._err, f"::{self._token}::\n")
                self._token = ""

    def _live(self) -> LiveView:
        if self._view is None:
            from onward.cli.live import LiveView  # noqa: PLC0415  # rich costs more than a whole short command

            self._view = LiveView(self._err, self._err_style)
        return self._view

    def _end_view(self) -> None:
        if self._view is not None:
            self._view.close()
            self._view = None
        self.is_live = False

    def _inert(self, text: str) -> str:
        """Return `text` with no line that GitHub could take for a command, should its two streams arrive out of order."""
        return _COMMAND.sub(r"\1: :", text) if self._token else text

    def _write(self, stream: TextIO, text: str) -> None:
        if self._gone:
            return
        try:
            stream.write(printable(text, stream))
            stream.flush()
        except BrokenPipeError:
            self._give_up(stream)  # whoever read has gone (`| head`), nobody is left to tell
        except OSError as error:
            self._give_up(stream)
            raise RecordError(f"cannot write the output: {error.strerror}", where=stream.name) from error

    def _give_up(self, stream: TextIO) -> None:
        """Write no more; what the stream still holds goes nowhere, so that the interpreter does not stumble at exit."""
        self._gone = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def printable(text: str, stream: TextIO) -> str:
    """Return `text` with what the stream's encoding lacks spelled out."""
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def style_for(stream: TextIO, environ: Mapping[str, str], width: int | None = None) -> TerminalStyle:
    """Return the style that `stream` is: NO_COLOR beats FORCE_COLOR beats what the stream can do."""
    return TerminalStyle(
        width=min(WIDEST, max(NARROWEST, width or _width(stream, environ))),
        colour=_has_colour(stream, environ),
        unicode="utf" in (stream.encoding or "").lower(),
    )


def is_live(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Return whether `stream` can be drawn on again and again: a terminal with a cursor, and a person before it."""
    return stream.isatty() and environ.get("TERM", "") not in {"", "dumb"} and not environ.get("CI")


def _has_colour(stream: TextIO, environ: Mapping[str, str]) -> bool:
    if environ.get("NO_COLOR"):
        return False
    forced = environ.get("FORCE_COLOR", "")
    if forced:
        return forced != "0"
    return stream.isatty() and environ.get("TERM", "") not in {"", "dumb"}


def _width(stream: TextIO, environ: Mapping[str, str]) -> int:
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or DEFAULT_WIDTH
    except (OSError, ValueError):
        return DEFAULT_WIDTH
