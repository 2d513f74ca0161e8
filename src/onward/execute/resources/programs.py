"""Programs: the Pythons of the matrix, the pinned tools of checks, and a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from onward.execute.resources.context import LeaseContext, ProbeContext
from onward.model.need import Availability, Browser, EnvironmentUse, Interpreter, Lease
from onward.model.tool import Program, Tool

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_APPLICATIONS = ("Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium")


def has_interpreter(need: Interpreter, context: ProbeContext) -> Availability:
    """Say whether an interpreter of that version is here."""
    found = context.interpreters.find(need.name)
    if found is not None:
        return Availability(present=True, detail=f"{found.full_version} at {found.path}")
    hint = f"`uv python install {need.name}` or `pyenv install {need.name}`"
    return Availability(present=False, detail=f"Python {need.name} not found", hint=hint)


def interpreter(needs: tuple[Interpreter, ...], context: LeaseContext) -> Lease:
    """Give {python}; where the step has an environment, that one gives its own."""
    path = context.interpreter()
    has_environment = any(isinstance(need, EnvironmentUse) for need in context.step.needs)
    return Lease(giver=str(needs[0]), tokens={"python": str(path)} if path and not has_environment else {})


def on_path(name: str, environ: Mapping[str, str]) -> Availability:
    """Say whether a program is on the PATH."""
    path = shutil.which(name, path=environ.get("PATH", ""))
    if path is not None:
        return Availability(present=True, detail=path)
    return Availability(present=False, detail=f"{name} is not on the PATH", hint=f"install {name}")


def has_tool(need: Tool, context: ProbeContext) -> Availability:
    """Say whether a program without a package is here or can be made; nothing is asked about those from registries."""
    if not isinstance(need.source, Program):
        return Availability(present=True, detail="")
    here = on_path(need.executable, context.environ)
    return here if here.present else _provisioned(need, need.source, context)


def _provisioned(tool: Tool, source: Program, context: ProbeContext) -> Availability:
    from onward.execute.cache.store import stamped  # noqa: PLC0415  # where such a program is needed
    from onward.execute.provision.tools import programs  # noqa: PLC0415  # as above

    if stamped(context.places.cache / programs.KIND / programs.key(tool, source)) is not None:
        return Availability(present=True, detail=f"{source.version}, provided by onward")
    if programs.builder(source, context.environ) is not None:
        how = f"built from its Go module at its first use, in about {source.build_time}"
        return Availability(present=True, detail=f"{source.version}, {how}")
    unbuilt = ", and no Go toolchain found to build it" if source.module else ""
    detail = f"{tool.name} not found on the PATH{unbuilt}"
    return Availability(present=False, detail=detail, hint=programs.how_to_get(tool, source))


def tools(needs: tuple[Tool, ...], context: LeaseContext) -> Lease:
    """Give the executable of each tool; those that parse Python run under the step's own."""
    made = {
        tool.name: context.run.tools.obtain(
            tool,
            environment=context.environment,
            project=context.run.site.project,
            python=context.interpreter() if tool.parses_python else None,
        )
        for tool in needs
    }
    return Lease(
        giver="tools",
        tokens={f"tool:{name}": str(entry.executable) for name, entry in made.items()},
        tools=tuple(value.use for value in made.values()),
    )


def has_browser(_: Browser, context: ProbeContext) -> Availability:
    """Say whether there is a Chromium or a Chrome."""
    found = find_browser(context.environ)
    if found is not None:
        return Availability(present=True, detail=str(found))
    hint = "install Chromium (for example `apt-get install chromium` or `playwright install chromium`)"
    return Availability(present=False, detail="Chromium or Chrome not found", hint=hint)


def browser(needs: tuple[Browser, ...], context: LeaseContext) -> Lease:
    """Give the browser's program."""
    found = find_browser(context.run.site.environ)
    return Lease(giver=str(needs[0]), tokens={"browser": str(found)} if found else {})


def find_browser(environ: Mapping[str, str]) -> Path | None:
    """Return a Chromium or Chrome: on the PATH, an application, or the newest that Playwright has installed."""
    for name in _BROWSERS:
        path = shutil.which(name, path=environ.get("PATH", ""))
        if path is not None:
            return Path(path)
    home = Path(environ.get("HOME") or "/")
    applications = (root / name for root in (Path("/Applications"), home / "Applications") for name in _APPLICATIONS)
    caches = (home / ".cache/ms-playwright", home / "Library/Caches/ms-playwright")
    given = environ.get("PLAYWRIGHT_BROWSERS_PATH")
    roots = (Path(given),) if given else caches
    installed = [path for root in roots for path in root.glob("chromium-*/chrome-*/**/[cC]hrom*") if path.is_file()]
    return next((path for path in (*applications, *sorted(installed, reverse=True)) if os.access(path, os.X_OK)), None)
