"""Run one check as the step that it is, on a folder and in an environment of its own; and projects to run it on."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from kit import guests, require
from kit.repos import scrubbed
from kit.values import known, pipeline
from onward.execute.process.processes import Processes
from onward.execute.resources.context import RunEnvironment
from onward.execute.resources.project import base_tokens
from onward.execute.step.run import Fed, StepRun
from onward.model.evidence import Evidence
from onward.model.facts import Project, Revision
from onward.model.gate import Change, Check, CheckContext, Gate
from onward.model.need import BaseTree, Lease
from onward.model.pipeline import GateSettings, OptionValue, Pipeline, Profile
from onward.model.places import RUN_LOCK, Places
from onward.model.plan import Step


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

    def perform(
        self, check: Check, context: CheckContext, name: str = "step", fed: Iterable[Evidence] = ()
    ) -> Evidence:
        """Run one check as a step called `name`, in the folder of that name below `work`; `fed` are steps run before."""
        step = Step(
            id=name,
            gate=context.settings.gate,
            check=check,
            context=context,
            commands=check.commands(context),
            timeout_s=600,
        )
        site = RunEnvironment(
            project=context.project,
            pipeline=context.pipeline,
            places=Places(cache=self.work, state=self.work),
            run=self.work,
            folder=self._folder,
            environ={},
            listen=lambda _: None,
        )
        before = [Fed(folder=entry.step, evidence=entry) for entry in fed]
        self.work.mkdir(parents=True, exist_ok=True)
        # as a run does: without it, the next onward on this machine would take the scratch folder for a leftover
        with (self.work / RUN_LOCK).open("w") as lock, Processes() as processes:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return StepRun(step, 2, before, site=site, processes=processes, prepare=self._prepare).perform()

    def _folder(self, step: str) -> Path:
        place = self.work / step
        place.mkdir(parents=True, exist_ok=True)
        return place

    @contextmanager
    def _prepare(self, step: Step, cpus: int, scratch: Path) -> Iterator[Lease]:
        """Lease what is at hand here."""
        (scratch / "work").mkdir()
        tree = str(self.tree)
        values = {
            "tree": tree, "out": str(self._folder(step.id)), "scratch": str(scratch / "work"),
            "python": str(self.python), "guest": str(guests.folder()), "jobs": str(cpus),
            "inputs": str(scratch / "inputs"), "git": f"{tree}/.git",
            **{f"tool:{tool}": path for tool, path in self.tools.items()},
            **self._base(step, scratch),
        }  # fmt: skip
        env = {"PATH": os.environ["PATH"], "HOME": str(scratch / "work"), **self.env}
        yield Lease(giver="test", tokens=values, variables=env)

    def _base(self, step: Step, scratch: Path) -> Mapping[str, str]:
        for need in step.check.needs:
            if isinstance(need, BaseTree):
                folder = scratch / "base-tree" / self.tree.name
                return base_tokens(need.suffixes, step.context.project, scrubbed(), folder)
        return {}


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
            gate=gate.id,
            options={option.name: option.default for option in gate.options} | dict(options.get(gate.id, {})),
        )
        for gate in gates
    )


def context_for(
    tree: Path, gate: str, given: Pipeline, *, base: str | None = None, changed: tuple[str, ...] | None = None
) -> CheckContext:
    """Return what a gate may know about the project at `tree`."""
    revision = Revision(head=base, base=base, branch="main", tree=None, dirty=False)
    project = Project(
        root=tree,
        git_root=tree,
        git_dir=tree / ".git",
        prefix="",
        files=Folder(root=tree).paths,
        changed=changed,
        revision=revision,
        facts=known(),
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
