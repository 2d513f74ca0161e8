"""Look at what this machine has, before anything is planned; only what is asked for is looked at."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from onward.execute.cache.store import stamped
from onward.execute.process.processes import quick
from onward.execute.provision.python.interpreters import Interpreters
from onward.execute.provision.tools import programs
from onward.execute.provision.tools.provider import KIND
from onward.model.gate import Need
from onward.model.places import Places
from onward.model.plan import Availability, Machine
from onward.model.tool import Program, Tool
from onward.model.toolbox import TOOLS

_ANSWER_S = 10.0
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_APPLICATIONS = ("Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium")

Look = Callable[[Need], Availability]


def _nobody_looks(need: Need) -> Availability:
    return Availability(present=False, detail=f"nobody looked for {need}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prober:
    """What the probes look with; `offline` declares that no data service is to be asked."""

    environ: Mapping[str, str]
    places: Places
    interpreters: Interpreters
    offline: bool = False

    def look(self, need: Need) -> Availability:
        """Return whether one need is met here."""
        if need.kind == "network":
            # A registry that does not answer is found out by whoever needs it; it is never an excuse beforehand.
            return Availability(present=True, detail="assumed")
        looks: dict[str, Look] = {
            "python": self._python,
            "program": self._program,
            "docker": self._docker,
            "image": self._image,
            "browser": self._browser,
            "advisories": self._advisories,
            "account": self._account,
        }
        return looks.get(need.kind, _nobody_looks)(need)

    def _python(self, need: Need) -> Availability:
        found = self.interpreters.find(need.name)
        if found is not None:
            return Availability(present=True, detail=f"{found.full_version} at {found.path}")
        hint = f"`uv python install {need.name}` or `pyenv install {need.name}`"
        return Availability(present=False, detail=f"there is no Python {need.name} here", hint=hint)

    def _program(self, need: Need) -> Availability:
        path = shutil.which(need.name, path=self.environ.get("PATH", ""))
        if path is not None:
            return Availability(present=True, detail=path)
        tool = next((tool for tool in TOOLS if tool.name == need.name), None)
        if tool is None or not isinstance(tool.source, Program):
            return Availability(present=False, detail=f"{need.name} is not on the PATH", hint=f"install {need.name}")
        return self._provisioned(tool, tool.source)

    def _provisioned(self, tool: Tool, source: Program) -> Availability:
        made = stamped(self.places.cache / KIND / programs.key(tool, source))
        if made is not None:
            return Availability(present=True, detail=f"{source.version}, made by onward")
        if programs.builder(source, self.environ) is not None:
            how = f"built from its Go module at its first use, in about {source.build_time}"
            return Availability(present=True, detail=f"{source.version}, {how}")
        unbuilt = ", and there is no Go toolchain to build it" if source.module else ""
        detail = f"{tool.name} is not on the PATH{unbuilt}"
        return Availability(present=False, detail=detail, hint=programs.how_to_get(tool, source))

    def _docker(self, _: Need) -> Availability:
        program = shutil.which("docker", path=self.environ.get("PATH", ""))
        hint = "install Docker and start its daemon; embedded services need none"
        if program is None:
            return Availability(present=False, detail="docker is not on the PATH", hint=hint)
        argv = (program, "version", "--format", "{{.Server.Version}}")
        code, output, errors = quick(argv, cwd=Path("/"), timeout_s=_ANSWER_S, env=dict(self.environ))
        if code == 0:
            return Availability(present=True, detail=f"daemon {output.decode(errors='replace').strip()}")
        said = errors.decode(errors="replace").strip().splitlines()
        return Availability(present=False, detail=said[-1] if said else "the daemon does not answer", hint=hint)

    def _image(self, need: Need) -> Availability:
        from onward.execute.docker import base_images  # noqa: PLC0415  # what services need, for this need alone

        return base_images.availability(need.name, self.environ)

    def _advisories(self, need: Need) -> Availability:
        from onward.execute.advisories import databases, source  # noqa: PLC0415  # an HTTP client, for this need alone

        if need.name == "npm-audit":
            return self._npm_audit()
        if need.name in {databases.TRIVY, databases.OSV}:
            return databases.availability(need.name, self.places, self.environ, offline=self.offline)
        return source.availability(need.name, self.places, self.environ, offline=self.offline)

    def _npm_audit(self) -> Availability:
        if self.offline:
            detail = "offline: the registry is not asked for advisories"
            return Availability(present=False, detail=detail, hint="run without --offline")
        from onward.execute.machine import npm_audit  # noqa: PLC0415  # as above

        return npm_audit.availability(self.environ)

    def _account(self, need: Need) -> Availability:
        if self.offline:
            detail = f"offline, so the account of {need.name} is not used"
            return Availability(present=False, detail=detail, hint="run without --offline")
        if self.environ.get(need.name):
            return Availability(present=True, detail=f"{need.name} is set")
        return Availability(present=False, detail=f"no account: {need.name} is not set", hint=f"set {need.name}")

    def _browser(self, _: Need) -> Availability:
        found = browser(self.environ)
        if found is not None:
            return Availability(present=True, detail=str(found))
        hint = "install Chromium (for example `apt-get install chromium` or `playwright install chromium`)"
        return Availability(present=False, detail="no Chromium and no Chrome", hint=hint)


def probe(needs: Iterable[Need], *, environ: Mapping[str, str], places: Places, offline: bool) -> Machine:
    """Return the machine with an answer to each of `needs`; several are looked at together."""
    asked = tuple(dict.fromkeys(needs))
    prober = Prober(environ=environ, places=places, interpreters=Interpreters(environ, places), offline=offline)
    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = tuple(pool.map(prober.look, asked))
    found = {str(need): answer for need, answer in zip(asked, answers, strict=True)}
    return Machine(system=platform.system().lower(), machine=os.uname().machine, cpus=cpus(), needs=found)


def browser(environ: Mapping[str, str]) -> Path | None:
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


def cpus() -> int:
    """Return how many CPUs this process may use: those it is bound to, within the quota of its container."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, _, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").partition(" ")
        limit = -(-int(quota) // int(period))
    except (OSError, ValueError):
        # No control groups here, or no limit ("max").
        return bound
    return max(1, min(bound, limit))
