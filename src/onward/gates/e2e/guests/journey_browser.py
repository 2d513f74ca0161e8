"""How programs get the machine's own browser, whatever the project asks for, and what Playwright needs beside it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

SETTINGS = "ONWARD_BROWSER"
# No process of the browser may ask the network for anything that no page asked for.
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
_FFMPEG = {"darwin": "ffmpeg-mac"}


def settings() -> dict[str, str]:
    """Return {"executable": program, "out": folder, "browsers": folder that Playwright takes for its own}."""
    given: dict[str, str] = json.loads(os.environ[SETTINGS])
    return given


def launch_options(given: dict[str, Any]) -> dict[str, Any]:
    """Return `given` with our program in the place of every other, without a window and without its own updates."""
    options = {name: value for name, value in given.items() if name != "channel"}
    # the sandbox of Chromium refuses to work for root
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    args = dict.fromkeys([*(given.get("args") or ()), *QUIET, *sandbox])
    return {**options, "executable_path": settings()["executable"], "headless": True, "args": list(args)}


def place_ffmpeg(browsers: Path, told: Path) -> None:
    """Give Playwright an ffmpeg, with which it records videos, where its own would be; `told` is its browsers.json."""
    import imageio_ffmpeg

    known = json.loads(told.read_text(encoding="utf-8"))["browsers"]
    for entry in known:
        if entry["name"] != "ffmpeg":
            continue
        for revision in {entry["revision"], *entry.get("revisionOverrides", {}).values()}:
            program = browsers / f"ffmpeg-{revision}" / _FFMPEG.get(sys.platform, "ffmpeg-linux")
            program.parent.mkdir(parents=True, exist_ok=True)
            program.symlink_to(imageio_ffmpeg.get_ffmpeg_exe())
