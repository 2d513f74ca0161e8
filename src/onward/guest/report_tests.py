"""A pytest plugin: runs the tests of one gate only and writes what each collected test did as JSON lines.

Loaded through PYTEST_PLUGINS, because only that is read before conftest files in the workers of pytest-xdist too.
Settings are JSON in ONWARD_TESTS: {"out": file, "gate": whose tests run, "claims": [{"gate", "paths", "markers"}, ...]}.
The first claim that a test fits decides where it belongs, and "tests" has what nobody claims, so that every collected
test belongs to exactly one gate.
"""

from __future__ import annotations

import json
import os
import platform
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Dict

import pytest

from .reported_test import CWD, Test, module_of, relative, short_message, skip_reason

Settings = Dict[str, Any]
Line = Dict[str, object]
SETTINGS = "ONWARD_TESTS"
SERVICES = "ONWARD_WORKER_SERVICES"
OWNER = "ONWARD_TESTS_OWNER"
WORKER = "ONWARD_TESTS_WORKER"


def claim_process() -> bool:
    """Return whether this process is the run that was asked for, or a worker of it, and not a pytest inside a test."""
    if SETTINGS not in os.environ:
        return False
    if OWNER not in os.environ:
        os.environ[OWNER] = str(os.getpid())
        return True
    if "PYTEST_XDIST_WORKER" in os.environ and WORKER not in os.environ:
        os.environ[WORKER] = str(os.getpid())
        return True
    return False


def give_worker_its_services() -> None:
    """Put the addresses of this worker's own services into the environment, before anything of the project is loaded."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    os.environ.update(json.loads(os.environ.get(SERVICES) or "{}").get(worker, {}))


OURS = claim_process()
if OURS:
    give_worker_its_services()


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Run in this process when only one worker was granted: a single worker costs time and brings nothing."""
    if OURS and getattr(config.option, "numprocesses", None) == 1:
        config.option.numprocesses = 0


def pytest_configure(config: pytest.Config) -> None:
    """Begin to report, once a process: a pytest started inside a test is none of our business."""
    global OURS  # noqa: PLW0603  # one process, one report
    if not OURS:
        return
    OURS = False
    settings = json.loads(os.environ[SETTINGS])
    config.pluginmanager.register(Reporter(config, settings), "onward-report-tests")


class Reporter:
    """What is known so far about this run; in a worker only what the controller cannot see for itself."""

    def __init__(self, config: Any, settings: Settings) -> None:
        self.config = config
        self.settings = settings
        self.is_worker = hasattr(config, "workerinput")
        self.began = time.time()
        self.collected: dict[str, None] = {}
        self.collects: dict[str, Line] = {}
        self.dropped: dict[str, None] = {}
        self.elsewhere = 0
        self.tests: dict[str, Test] = {}
        self.overridden = self._free_marked_tests()

    def _free_marked_tests(self) -> str:
        """Lift a `-m` of the project's own options that names a claimed marker: those tests are to run here."""
        expression = getattr(self.config.option, "markexpr", "") or ""
        mine = [claim for claim in self.settings["claims"] if claim["gate"] == self.settings["gate"]]
        names = set(re.findall(r"\w+", expression)) & {name for claim in mine for name in claim["markers"]}
        if not names:
            return ""
        self.config.option.markexpr = ""
        return str(expression)

    # collection

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
        """Leave the other gates' tests to them, and note which of ours somebody else leaves out."""
        owners = [(item, self._owner(item)) for item in items]
        mine = [item for item, owner in owners if owner == self.settings["gate"]]
        others = [item for item, owner in owners if owner != self.settings["gate"]]
        items[:] = mine
        self.elsewhere = len(others)
        if others:
            config.hook.pytest_deselected(items=others)
        yield
        kept = {id(item) for item in items}
        self.dropped.update((item.nodeid, None) for item in mine if id(item) not in kept)

    def _owner(self, item: pytest.Item) -> str:
        path = relative(getattr(item, "path", None) or item.fspath)
        for claim in self.settings["claims"]:
            under = any(path == entry or path.startswith(entry + "/") for entry in claim["paths"])
            if under or any(item.get_closest_marker(name) for name in claim["markers"]):
                return str(claim["gate"])
        return "tests"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Know what is going to run, where this process collects for itself."""
        self.collected.update((item.nodeid, None) for item in session.items)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep modules that could not be collected, or that skip themselves whole."""
        if report.passed:
            return
        outcome = "error" if report.failed else "skipped"
        message = short_message(report) if report.failed else skip_reason(report)
        self.collects[report.nodeid] = {
            "kind": "collect", "id": report.nodeid, "outcome": outcome, "path": module_of(report), "message": message,
        }  # fmt: skip

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Know what is going to run, where workers collect."""
        self.collected.update((entry, None) for entry in ids)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Take over what a worker alone can see."""
        seen = (getattr(node, "workeroutput", None) or {}).get("onward")
        if seen:
            self.elsewhere = seen["elsewhere"]
            self.dropped.update((entry, None) for entry in seen["dropped"])

    # execution

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add one phase of one attempt."""
        test = self.tests.setdefault(report.nodeid, Test(report.nodeid))
        test.add(report, self.config.rootdir)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Write the report; a worker hands what it saw to its controller."""
        if self.is_worker:
            self.config.workeroutput["onward"] = {"elsewhere": self.elsewhere, "dropped": list(self.dropped)}
            return
        self.tests = {entry: test for entry, test in self.tests.items() if test.was_executed()}
        lines = [self._header(), *config_facts(self.config, self.settings), *self.collects.values()]
        lines += [{"kind": "dropped", "id": entry} for entry in self.dropped]
        lines += [test.line() for test in self.tests.values()]
        lines.append(self._end(int(exitstatus), len(lines)))
        with open(self.settings["out"], "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)

    def _header(self) -> Line:
        plugins = {
            f"{dist.project_name} {dist.version}" for _, dist in self.config.pluginmanager.list_plugin_distinfo()
        }
        return {
            "kind": "header", "format": 1, "gate": self.settings["gate"], "pytest": pytest.__version__,
            "python": platform.python_version(), "cwd": CWD, "plugins": sorted(plugins),
            "seed": getattr(self.config.option, "randomly_seed", None), "markexpr_lifted": self.overridden,
        }  # fmt: skip

    def _end(self, exitstatus: int, lines: int) -> Line:
        return {
            "kind": "end", "lines": lines, "exit": exitstatus, "collected": len(self.collected),
            "executed": len(self.collected.keys() & self.tests.keys()), "elsewhere": self.elsewhere,
            "duration_s": round(time.time() - self.began, 3),
        }  # fmt: skip


def config_facts(config: pytest.Config, settings: Settings) -> Iterator[Line]:
    """Yield what the project's own configuration says to nobody, or points at in vain."""
    ini = getattr(config, "inipath", None) or getattr(config, "inifile", None)
    path = relative(ini) if ini else None
    lines = Path(str(ini)).read_text(encoding="utf-8", errors="replace").splitlines() if ini else []

    def fact(rule: str, name: str, key: str) -> Line:
        line = next((n for n, text in enumerate(lines, 1) if re.match(rf"\s*[\"']?{re.escape(key)}\b", text)), None)
        return {"kind": "config", "rule": rule, "name": name, "path": path, "line": line}

    for name in getattr(config, "_inicfg", None) or config.inicfg:
        if is_unread(config, name):
            yield fact("unread-option", name, name)
    for name in config.getini("testpaths"):
        if not list(config_glob(ini, name)):
            yield fact("missing-test-path", name, "testpaths")
    claimed = {path for claim in settings["claims"] for path in claim["paths"]}
    for name in [*(config.option.ignore or ()), *(getattr(config.option, "ignore_glob", None) or ())]:
        if relative(name) not in claimed and (os.path.exists(name) or "*" in str(name)):
            yield fact("ignored-path", relative(name), "addopts")


def is_unread(config: pytest.Config, name: str) -> bool:
    """Return whether no plugin declares the ini option `name`."""
    try:
        config.getini(name)
    except ValueError as error:
        return isinstance(error.__cause__, KeyError)
    return False


def config_glob(ini: object, pattern: str) -> Iterator[str]:
    """Yield what a `testpaths` entry matches, seen from the folder of the configuration file."""
    import glob

    folder = os.path.dirname(str(ini)) if ini else CWD
    return glob.iglob(os.path.join(glob.escape(folder), pattern), recursive=True)
