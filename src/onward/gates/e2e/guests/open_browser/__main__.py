"""The control of the browser: opens a page of our own, works it, records it, and must see what the page did.

Settings are those of `journey_browser`. Writes control.json.
"""

from __future__ import annotations

import secrets
import tempfile
from importlib import metadata
from pathlib import Path
from urllib.parse import quote

from .....guest.write_shape import write_shape
from ...shapes import Control
from ..journey_browser import launch_options, place_ffmpeg, settings

PAGE = """<!doctype html><title>control</title><label for="word">Word</label><input id="word">
<button onclick="document.title = document.getElementById('word').value.split('').reverse().join('')">Turn</button>"""


def work() -> str:
    """Type a word that nobody can know into the page, have its script turn it round, and return the browser's version."""
    from playwright.sync_api import sync_playwright

    word = secrets.token_hex(8)
    with tempfile.TemporaryDirectory() as videos, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options({}))
        context = browser.new_context(record_video_dir=videos)
        page = context.new_page()
        page.goto("data:text/html," + quote(PAGE))
        page.get_by_label("Word").fill(word)
        page.get_by_role("button", name="Turn").click()
        title = page.title()
        context.close()
        version = str(browser.version)
        browser.close()
        if title != word[::-1]:
            raise RuntimeError(f"the page shows {title!r}, but its script wrote {word[::-1]!r}")
        if not any(file.stat().st_size for file in Path(videos).iterdir()):
            raise RuntimeError("no video was recorded")
    return version


def browsers_json() -> Path:
    """Return where Playwright for Python says which programs it wants."""
    import playwright

    return Path(playwright.__file__).parent / "driver" / "package" / "browsers.json"


def main() -> None:
    """Try, and write how it went."""
    given, playwright = settings(), metadata.version("playwright")
    try:
        place_ffmpeg(Path(given["browsers"]), browsers_json())
        said = Control(worked=True, why="", browser=work(), playwright=playwright)
    except Exception as error:  # whatever it is, the browser cannot be used, and the reader says why
        print(error)
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        why = " ".join(lines[:3]) or type(error).__name__
        said = Control(worked=False, why=why, browser="", playwright=playwright)
    write_shape(Path(given["out"], "control.json"), said)


if __name__ == "__main__":
    main()
