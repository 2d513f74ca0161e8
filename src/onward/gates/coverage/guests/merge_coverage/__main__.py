"""Merge the coverage data of several steps, report on it as JSON, XML and HTML, and say what went in.

Runs under the project's interpreter, in a tree of its own. Each folder under --inputs is one step: its `coverage.data`
and its `tests.jsonl`, whose header names the folder that the step ran in. Exit 0: reports written; 3: nothing to merge.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .....guest.write_shape import write_shape
from ...shapes import Merged, Step

coverage = importlib.import_module("coverage")

Coverage = Any  # coverage.py's, which only the environment of the tool has
DATA = "coverage.data"
TESTS = "tests.jsonl"


def main() -> int:
    """Merge and report; every error of coverage itself ends the program with its message."""
    options = parse()
    steps = [seen(os.path.join(options.inputs, name), name) for name in sorted(os.listdir(options.inputs))]
    usable = [one for one in steps if one.step.files]
    if not usable:
        print("no step wrote coverage data about files of this project", file=sys.stderr)
        return 3
    merged = merge(usable, options)
    configured = is_configured(merged)
    if not configured:
        look_at_source(merged, options)
    leave_out(merged, () if configured else options.tests)
    merged.json_report(outfile=os.path.join(options.out, "coverage.json"), pretty_print=False, ignore_errors=False)
    merged.xml_report(outfile=os.path.join(options.out, "coverage.xml"), ignore_errors=False)
    merged.html_report(directory=os.path.join(options.out, "html"), ignore_errors=False)
    summary = Merged(
        coverage=coverage.__version__,
        steps=tuple(one.step for one in steps),
        branches=bool(merged.get_data().has_arcs()),
        configured=configured,
    )
    write_shape(os.path.join(options.out, "merge.json"), summary)
    return 0


def parse() -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--source", action="append", default=[])
    parser.add_argument("--tests", action="append", default=[])
    return parser.parse_args()


class Data(NamedTuple):
    """The coverage data of one step, from the folder `root` where its report says so."""

    step: Step
    path: str
    root: str


def seen(folder: str, name: str) -> Data:
    """Return what one step left: its root, how many tests it ran, how many files of this tree it knows."""
    path, root, executed, files = os.path.join(folder, DATA), "", None, 0
    report = os.path.join(folder, TESTS)
    if os.path.exists(report):
        with open(report, encoding="utf-8") as file:
            lines = [
                json.loads(line) for line in file if line.startswith('{"kind": "header"') or '"kind": "end"' in line
            ]
        root, executed = lines[0]["cwd"], lines[-1]["executed"]
    if os.path.exists(path):
        data = coverage.CoverageData(basename=path)
        data.read()
        files = sum(os.path.exists(local(file, root)) for file in data.measured_files())
    return Data(Step(name, executed, files), path, root)


def local(path: str, root: str) -> str:
    """Return where the file that a step knew as `path` would be in this tree."""
    if not os.path.isabs(path):
        return path
    return os.path.relpath(path, root) if root and path.startswith(root + os.sep) else os.devnull + path


def merge(steps: list[Data], options: argparse.Namespace) -> Coverage:
    """Return one Coverage over all data, every path mapped into this tree; the project's configuration holds."""
    merged = coverage.Coverage(data_file=os.path.join(options.out, "merged.data"))
    here = os.path.realpath(os.getcwd())
    merged.set_option("paths", {"onward": [here, *(step.root for step in steps if step.root)]})
    merged.combine(data_paths=[step.path for step in steps], strict=True, keep=True)
    merged.save()
    return merged


def is_configured(merged: Coverage) -> bool:
    """Return whether the project says itself what is to be measured."""
    keys = ("run:source", "run:source_pkgs", "run:source_dirs", "run:include", "report:include")
    return any(option(merged, key) for key in keys)


def option(merged: Coverage, key: str) -> Any:
    """Return a configured value; an option that this version of coverage does not know is unset."""
    try:
        return merged.get_option(key)
    except coverage.CoverageException:
        return None


def look_at_source(merged: Coverage, options: argparse.Namespace) -> None:
    """Confine reports to the project's source, and count files of it that nothing ever imported."""
    merged.set_option("report:include", [f"{path}/*" if os.path.isdir(path) else path for path in options.source])
    data = merged.get_data()
    known = {os.path.realpath(path) for path in data.measured_files()}
    for path in python_files(options.source):
        full = os.path.realpath(path)
        if full not in known:
            data.touch_file(path if option(merged, "run:relative_files") else full)


def python_files(roots: list[str]) -> Iterator[str]:
    """Yield Python files under `roots`, hidden folders left out."""
    for root in roots:
        if os.path.isfile(root):
            yield root
        for folder, names, files in os.walk(root):
            names[:] = [name for name in names if not name.startswith(".") and name != "__pycache__"]
            yield from (os.path.normpath(os.path.join(folder, file)) for file in files if file.endswith(".py"))


def leave_out(merged: Coverage, tests: Sequence[str]) -> None:
    """Leave tests out, and what the project omits when it measures: reports only know what it omits from reports."""
    omitted = [*(option(merged, "report:omit") or ()), *(option(merged, "run:omit") or ())]
    omitted += [f"{path}/*" if os.path.isdir(path) else path for path in tests]
    if omitted:
        merged.set_option("report:omit", omitted)


if __name__ == "__main__":
    sys.exit(main())
