"""The live view on a terminal: what runs and for how long, and verdicts as they come."""

from __future__ import annotations

import threading
import time
from typing import TextIO

from rich.console import Console as RichConsole
from rich.console import ConsoleOptions, RenderResult
from rich.live import Live
from rich.text import Text

from onward.model.event import Event, RunStarted, StepFinished, StepProgress, StepStarted
from onward.report import text
from onward.report.progress import Progress
from onward.report.style import TerminalStyle

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN_FRAMES = "|/-\\"


class LiveView:
    """Running steps at the bottom, finished ones above; drawn by a thread of its own until `close`."""

    def __init__(self, stream: TextIO, style: TerminalStyle) -> None:
        self._style = style
        self._progress = Progress(style)
        self._planned = self._done = 0
        self._began = time.monotonic()
        self._guard = threading.Lock()
        self._running: dict[str, tuple[float, str]] = {}
        self._console = RichConsole(
            file=stream, force_terminal=True, no_color=not style.colour, highlight=False, markup=False, emoji=False
        )
        self._live = Live(
            self,
            console=self._console,
            refresh_per_second=8,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()

    def show(self, event: Event) -> None:
        """Take in `event`; verdicts stay on the screen as lines."""
        with self._guard:
            self._take(event)
        told = self._progress.lines(event)
        if not isinstance(event, StepStarted):
            for line in told:
                self._console.print(Text.from_ansi(line))

    def _take(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._planned = sum(step.skip_reason is None for step in event.steps)
            case StepStarted():
                self._running[event.step] = (time.monotonic(), "")
            case StepProgress() if event.step in self._running:
                self._running[event.step] = (self._running[event.step][0], text.one_line(event.text, 120))
            case StepFinished():
                self._done += self._running.pop(event.step, None) is not None

    def close(self) -> None:
        """Take the view off the screen and give the cursor back."""
        self._live.stop()

    def __rich_console__(self, _: RichConsole, options: ConsoleOptions) -> RenderResult:
        """Draw: one line a running step, as many as the screen holds, then how far the run is."""
        now, rows = time.monotonic(), max(1, options.size.height - 3)
        with self._guard:
            running = sorted(self._running.items(), key=lambda item: item[1][0])
        for step, (began, doing) in running[:rows]:
            words = f"{self._frame(now)} {text.one_line(step, 60)}  {text.duration(now - began)}  {doing}"
            yield Text(text.clip(words.rstrip(), options.max_width), no_wrap=True, overflow="crop")
        hidden = f", {len(running) - rows} more running" if len(running) > rows else ""
        told = f"{self._done} of {text.counted(self._planned, 'step')}, {text.duration(now - self._began)}{hidden}"
        yield Text(text.clip(told, options.max_width), style="dim", no_wrap=True, overflow="crop")

    def _frame(self, now: float) -> str:
        frames = _FRAMES if self._style.unicode else _PLAIN_FRAMES
        return frames[int(now * 8) % len(frames)]
