"""A pytest plugin: gives journeys the machine's browser, and notes what its pages do that no test looks for.

Loaded like `report_tests`. Appends to journeys.jsonl: errors of scripts, answers that are failures of the server, files
that a page asks for in vain, form fields without a name, and at the end how many pages there were.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any, Callable

import pytest

from ....guest.write_shape import text_of
from ..shapes import Seen, Watched
from .journey_browser import SETTINGS, launch_options, settings

NOTES = "journeys.jsonl"
OWNER = "ONWARD_JOURNEYS_OWNER"
PARTS = ("script", "stylesheet", "image", "font")
# what the browser itself says of answers, which are looked at as answers
_OF_ANSWERS = "Failed to load resource"
# what page_fields.js calls
_FIELD = "__onwardField"
# its two interfaces have no type in common, and only the project's environment has them
Playwright = Any
Options = dict[str, object]
OURS = SETTINGS in os.environ


def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch in this run and its workers, once a process."""
    global OURS  # noqa: PLW0603  # one process, one watch
    if not OURS or not is_ours(config):
        return
    OURS = False
    watch = Watch(Path(settings()["out"]))
    watch.stop_without_browser()
    watch.install()
    config.pluginmanager.register(watch, "onward-watch-journeys")


def is_ours(config: pytest.Config) -> bool:
    """Return whether this is the run that was asked for or a worker of it, and not a pytest that a test started."""
    owner = os.environ.setdefault(OWNER, str(os.getpid()))
    return owner == str(os.getpid()) or hasattr(config, "workerinput")


class Watch:
    """What was seen so far by this process."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.journey = ""
        self.seen: Counter[str] = Counter()
        self.noted: set[str] = set()

    def stop_without_browser(self) -> None:
        """End the run where the control has shown that the browser does not work: every journey would only say so again."""
        said = json.loads((self.out / "control.json").read_text(encoding="utf-8"))
        if not said["worked"]:
            pytest.exit(f"the browser does not work: {said['why']}", returncode=4)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Know which journey is on its way."""
        self.journey = nodeid

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Say how much there was to see."""
        self.write(Watched(self.seen["browsers"], self.seen["pages"], self.seen["loaded"]))

    def write(self, line: Seen | Watched) -> None:
        """Add one line, the same only once."""
        text = text_of(line) + "\n"
        if text not in self.noted:
            self.noted.add(text)
            with (self.out / NOTES).open("a", encoding="utf-8") as file:
                file.write(text)

    def note(self, kind: str, url: str, text: str) -> None:
        """Add what was seen on a page."""
        self.write(Seen(kind, self.journey, url, text))

    # the browser

    def install(self) -> None:
        """Wrap what opens browsers and pages in both interfaces of Playwright, however a test comes by them."""
        from playwright import async_api, sync_api

        for api in (sync_api, async_api):
            wrap(api.BrowserType, "launch", before=self.launching)
            wrap(api.BrowserType, "launch_persistent_context", before=self.launching, after=self.watch)
            wrap(api.Browser, "new_context", after=self.watch)
            wrap(api.Browser, "new_page", after=self.watch_page)

    def launching(self, kind: Playwright, options: Options) -> Options:
        """Put the machine's browser in the place of Playwright's own, where it is of that kind."""
        self.seen["browsers"] += 1
        return launch_options(options) if kind.name == "chromium" else options

    def watch_page(self, page: Playwright) -> Playwright:
        """Watch a page that comes with a context of its own."""
        self.opened(page)
        return self.watch(page.context)

    def watch(self, context: Playwright) -> Playwright:
        """Listen to everything that the pages of a context say; return what an async interface has to wait for."""
        context.on("page", self.opened)
        context.on("weberror", self.script_error)
        context.on("console", self.message)
        context.on("response", self.response)
        return together(
            context.expose_binding(_FIELD, self.field),
            context.add_init_script(path=Path(__file__).with_name("page_fields.js")),
        )

    # what pages do

    def opened(self, page: Playwright) -> None:
        """Count a page, and note when it dies."""
        self.seen["pages"] += 1
        page.on("crash", lambda: self.note("page-crash", page.url, ""))

    def script_error(self, error: Playwright) -> None:
        """Note an error that no script caught."""
        self.note("page-error", page_url(error), first_line(str(error.error)))

    def message(self, message: Playwright) -> None:
        """Note what a script or the browser reports as an error."""
        if message.type == "error" and not message.text.startswith(_OF_ANSWERS):
            self.note("page-error", page_url(message), first_line(message.text))

    def response(self, response: Playwright) -> None:
        """Count pages, note failures of the server and missing parts of a page."""
        request = response.request
        if request.is_navigation_request():
            self.seen["loaded"] += 1
        if response.status >= 500:
            self.note("server-error", response.url, f"{request.method} got {response.status}")
        elif response.status >= 400 and request.resource_type in PARTS:
            self.note("missing-part", response.url, f"{request.resource_type} got {response.status}")

    def field(self, source: Playwright, described: str) -> None:
        """Note a form field without a name."""
        self.note("unlabelled-field", source["page"].url, described)


def page_url(event: Playwright) -> str:
    """Return the address of the page that an event is about, empty when it is gone."""
    return str(event.page.url) if event.page else ""


def first_line(text: str) -> str:
    """Return the first line of `text`, not too much of it."""
    return (text.strip().splitlines() or [""])[0][:300]


def together(*results: object) -> Any:
    """Return something to wait for where the interface is an asynchronous one, else nothing."""
    waiting = [result for result in results if inspect.isawaitable(result)]

    async def everything() -> None:
        for entry in waiting:
            await entry

    return everything() if waiting else None


def wrap(
    owner: object,
    name: str,
    before: Callable[[Playwright, Options], Options] = lambda _, options: options,
    after: Callable[[Playwright], Playwright] = lambda _: None,
) -> None:
    """Have `owner.name` called with the options that `before` makes of them, and its result given to `after`."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def call(self: Playwright, *args: object, **options: object) -> Playwright:
        result = original(self, *args, **before(self, options))
        after(result)
        return result

    @functools.wraps(original)
    async def call_async(self: Playwright, *args: object, **options: object) -> Playwright:
        result = await original(self, *args, **before(self, options))
        waiting = after(result)
        if waiting is not None:
            await waiting
        return result

    setattr(owner, name, call_async if inspect.iscoroutinefunction(original) else call)
