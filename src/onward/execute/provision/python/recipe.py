"""How one environment is installed: convert locks, install once, add with constraints, make local packages known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from onward.errors import ProvisionError
from onward.execute.provision.installer import Installer
from onward.execute.provision.python import local, locked
from onward.execute.provision.python.declared import Declared, is_requirements

_LOG = "make.log"
# What git and folders provide has no hash, and a lock may hold some of those.
_CONVERTED = ".lock.txt"


_EXTRAS = (
    "onward installs all optional dependencies together: if some conflict, lock with uv and declare the conflicts, "
    "or set `requirements` in onward.toml"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What is declared, and where the project's own files are found."""

    declared: Declared
    root: Path
    project_files: tuple[str, ...]
    installer: Installer

    def install(self, folder: Path, pins: tuple[str, ...]) -> tuple[str, ...]:
        """Install everything declared into `folder`/env, at the versions `pins` where given; return import roots."""
        copy = folder / "declared"
        for name, text in self.declared.files:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes(text)
        copy.mkdir(exist_ok=True)
        words = [word for source in self.declared.sources for word in self._words(source, folder)]
        if words:
            hashed = all(_is_hashed(folder / "declared" / word) for word in words if word != "-r")
            held = ("--require-hashes",) if hashed else self._constraints(folder, pins)
            try:
                self._pip(folder, *words, *held)
            except ProvisionError as error:
                hint = f"{_EXTRAS}; {error.hint}" if "--all-extras" in words else error.hint
                raise ProvisionError(error.message, where=error.where, hint=hint) from error
        return self._install_local(folder, pins)

    def _constraints(self, folder: Path, pins: tuple[str, ...]) -> tuple[str, ...]:
        """Return what holds unlocked requirements at `pins`; uv takes no constraints beside a standard lock."""
        is_locked = any(Path(source).name == "pylock.toml" for source in self.declared.sources)
        return () if is_locked or not pins else ("-c", str(_write(folder / "pins.txt", pins)))

    def add(self, folder: Path, additions: tuple[str, ...], pins: tuple[str, ...]) -> None:
        """Install `additions` beside what is there; ProvisionError names both sides when they do not go together."""
        try:
            self._pip(folder, "-c", str(_write(folder / "pins.txt", pins)), *additions)
        except ProvisionError as error:
            raise ProvisionError(
                f"cannot add {', '.join(additions)} to the project's requirements: {error.message}",
                where=", ".join(additions),
                hint="change the project's pin, or declare a compatible version in the project's requirements",
            ) from error

    def _words(self, source: str, folder: Path) -> tuple[str, ...]:
        name = Path(source).name
        if is_requirements(source):
            return ("-r", source)
        if name == "uv.lock":
            return ("-r", str(self._export(source, folder)))
        if name == "poetry.lock":
            return ("-r", str(self._resolve_poetry(source, folder)))
        if name == "Pipfile.lock":
            lines = locked.from_pipfile_lock(json.loads(self.declared.text(source)), deployed=self.declared.deployed)
            return ("-r", str(_write(folder / "Pipfile.lock.txt", lines)))
        if name == "pylock.toml":
            return ("-r", source)
        return self._from_metadata(source, folder)

    def _from_metadata(self, source: str, folder: Path) -> tuple[str, ...]:
        pyproject = self.declared.toml("pyproject.toml") if Path(source).name == "pyproject.toml" else {}
        if "project" not in pyproject and "poetry" in pyproject.get("tool", {}):
            roots = locked.poetry_roots(pyproject, deployed=self.declared.deployed)
            return ("-r", str(_write(folder / "poetry.txt", roots)))
        if not pyproject:
            # Only its build tool can say what it needs, and that one wants to see all of the project.
            local.copy(self.root, self.project_files, folder / "declared")
        if pyproject and "project" not in pyproject and "dependency-groups" not in pyproject:
            return ()
        words = ["-r", source] if "project" in pyproject or not pyproject else []
        if self.declared.deployed:
            return tuple(words)
        groups = sorted(pyproject.get("dependency-groups", {}))
        words += ["--all-extras"] if pyproject.get("project", {}).get("optional-dependencies") else []
        return (*words, *(word for group in groups for word in ("--group", f"{source}:{group}")))

    def _export(self, source: str, folder: Path) -> Path:
        target = folder / "uv.lock.txt"
        directory = folder / "declared" / Path(source).parent
        words = ["export", "--quiet", "--frozen", "--no-emit-local", "--no-header", "--no-annotate"]
        words += ["--python", str(folder / "env" / "bin" / "python"), "--output-file", str(target)]
        conflicts = self.declared.toml("pyproject.toml").get("tool", {}).get("uv", {}).get("conflicts")
        words += ["--no-default-groups"] if self.declared.deployed else []
        words += ["--all-groups", "--all-extras"] if not self.declared.deployed and not conflicts else []
        self.installer.uv(*words, cwd=directory, log=folder / _LOG)
        return target

    def _resolve_poetry(self, source: str, folder: Path) -> Path:
        lock = self.declared.toml(source)
        pyproject = self.declared.toml((Path(source).parent / "pyproject.toml").as_posix())
        roots = _write(folder / "poetry.in", locked.poetry_roots(pyproject, deployed=self.declared.deployed))
        pins = _write(folder / "poetry.pins", locked.poetry_pins(lock))
        resolved = folder / "poetry.resolved"
        words = ["pip", "compile", "--quiet", str(roots), "-c", str(pins), "--no-header", "--no-annotate"]
        words += ["--python", str(folder / "env" / "bin" / "python"), "--output-file", str(resolved)]
        self.installer.uv(*words, cwd=folder, log=folder / _LOG)
        lines = [line for line in resolved.read_text(encoding="utf-8").splitlines() if line.strip()]
        return _write(folder / "poetry.lock.txt", locked.with_hashes(lines, locked.poetry_hashes(lock)))

    def _install_local(self, folder: Path, pins: tuple[str, ...]) -> tuple[str, ...]:
        roots: list[str] = []
        for entry in self.declared.local:
            wheel, found = local.shell_wheel(
                entry, self.root, self.project_files, folder=folder, installer=self.installer
            )
            extras = f"[{','.join(entry.extras)}]" if entry.extras else ""
            # What the package needs was locked with it, except where a plain list of requirements names it.
            from_list = any(is_requirements(source) for source in self.declared.sources)
            words = ("-c", str(_write(folder / "pins.txt", pins))) if from_list else ("--no-deps",)
            self._pip(folder, *words, f"{wheel}{extras}")
            roots += [root for root in found if root not in roots]
        return tuple(roots)

    def _pip(self, folder: Path, *words: str) -> None:
        python = str(folder / "env" / "bin" / "python")
        self.installer.uv(
            "pip", "install", "--quiet", "--python", python, *words, cwd=folder / "declared", log=folder / _LOG
        )


def _is_hashed(file: Path) -> bool:
    """Return whether every requirement must match a hash: in a list by pip's rule, in a converted lock when all can."""
    if not is_requirements(file.name) or not file.is_file():
        return False
    text = file.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line[:1].isalnum()]
    hashed = [line for line in lines if "--hash" in line]
    return bool(hashed) and (len(hashed) == len(lines) or not file.name.endswith(_CONVERTED))


def _write(path: Path, lines: tuple[str, ...]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
