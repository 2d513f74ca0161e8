"""Run one check as the executor would, with real programs, on a folder of its own; and projects to run it on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from kit import require
from kit.values import pipeline
from onward import guest
from onward.execute.step import artifacts, tokens
from onward.model.evidence import Reading
from onward.model.facts import Project, Revision
from onward.model.gate import Change, Check, CheckContext, Gate, Outputs, ReadContext
from onward.model.pipeline import GateSettings, OptionValue, Pipeline, Profile


class NotAcceptedError(Exception):
    """A command ended with an exit code after which its outputs mean nothing."""

    def __init__(self, exit_code: int, log: str) -> None:
        super().__init__(f"exit {exit_code}\n{log}")
        self.exit_code = exit_code
        self.log = log


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A project on disk as a read-only tree."""

    root: Path

    @property
    def paths(self) -> tuple[str, ...]:
        found = (path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file())
        return tuple(sorted(path for path in found if not path.startswith(".git/") and "__pycache__" not in path))

    def text(self, path: str) -> str | None:
        try:
            return (self.root / path).read_text()
        except (OSError, UnicodeDecodeError):
            return None


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One project and what steps on it need; `work` is a folder for outputs."""

    tree: Path
    work: Path
    python: Path
    tools: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)

    def plant(self, changes: Iterable[Change]) -> tuple[str, ...]:
        """Carry changes out in the tree; return the paths."""
        edits = [edit for change in changes for edit in change.edits]
        for edit in edits:
            path = self.tree / edit.path
            path.parent.mkdir(parents=True, exist_ok=True)
            if edit.text is None:
                path.unlink()
            elif edit.append:
                path.write_text(path.read_text() + edit.text)
            else:
                path.write_text(edit.text)
        return tuple(edit.path for edit in edits)

    def perform(self, check: Check, context: CheckContext, name: str = "step") -> Reading:
        """Run the check's commands in order and read what they wrote; NotAcceptedError ends it."""
        out, scratch = self.work / name, self.work / f"{name}-scratch"
        out.mkdir(parents=True)
        scratch.mkdir()
        values = {
            "tree": str(self.tree), "out": str(out), "scratch": str(scratch), "python": str(self.python),
            "guest": str(Path(guest.__file__).parent), "jobs": "2", "inputs": str(self.work / "inputs"),
            "git": str(self.tree / ".git"), **{f"tool:{tool}": path for tool, path in self.tools.items()},
        }  # fmt: skip
        commands = [tokens.expand_command(command, values) for command in check.commands(context)]
        exits = []
        for command in commands:
            env = {"PATH": os.environ["PATH"], "HOME": str(scratch), **self.env, **dict(command.env)}
            with (out / "log.txt").open("ab") as log, (out / (command.stdout or os.devnull)).open("wb") as stdout:
                done = subprocess.run(
                    command.argv,
                    cwd=command.cwd,
                    env=env,
                    stdout=stdout if command.stdout else log,
                    stderr=log,
                    check=False,
                )
            if done.returncode not in command.accepts:
                raise NotAcceptedError(done.returncode, (out / "log.txt").read_text(errors="replace"))
            exits.append(done.returncode)
        files = artifacts.named_outputs(commands, out)
        return check.read(Outputs(files=files, exits=tuple(exits)), ReadContext(check=context, tree=str(self.tree)))


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write a project."""
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return root


def settings_of(gates: Iterable[Gate], options: Mapping[str, Mapping[str, OptionValue]]) -> tuple[GateSettings, ...]:
    """Return each gate's settings: its defaults, and `options` by gate."""
    return tuple(
        GateSettings(
            gate=gate.id, options={one.name: one.default for one in gate.options} | dict(options.get(gate.id, {}))
        )
        for gate in gates
    )


def context_for(
    tree: Path, gate: str, given: Pipeline, *, base: str | None = None, changed: tuple[str, ...] | None = None
) -> CheckContext:
    """Return what a room may know about the project at `tree`."""
    revision = Revision(head=base, base=base, branch="main", tree=None, dirty=False)
    project = Project(
        root=tree,
        git_root=tree,
        git_dir=tree / ".git",
        prefix="",
        files=Folder(root=tree).paths,
        changed=changed,
        revision=revision,
    )
    return CheckContext(
        project=project, pipeline=given, settings=given.settings(gate), profile=Profile.FULL, python="3.11"
    )


def pipeline_of(gates: Iterable[Gate], options: Mapping[str, Mapping[str, OptionValue]] | None = None) -> Pipeline:
    """Return a pipeline with these gates."""
    return replace(pipeline(), gates=settings_of(gates, options or {}))


def environment(folder: Path, *requirements: str) -> Path:
    """Make an environment with `requirements` from the registry; return its interpreter."""
    uv = str(Path(sys.executable).parent / "uv")
    python = folder / "bin" / "python"
    made = (
        (uv, "venv", "--quiet", "--python", sys.executable, str(folder)),
        (uv, "pip", "install", "--quiet", "--python", str(python), *requirements),
    )
    for argv in made:
        done = subprocess.run(argv, capture_output=True, check=False)
        if done.returncode:
            require.absent("registry", f"{argv[1]}: {done.stderr.decode(errors='replace')[-300:]}")
    return python
