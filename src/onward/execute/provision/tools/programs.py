"""Programs without a package: from the PATH, or built from their Go module."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

from onward.execute.cache.store import Note
from onward.execute.process.processes import quick
from onward.execute.provision.installer import Installer
from onward.model.evidence import ToolUse
from onward.model.tool import Program, Tool

KIND = "tools"
_VERSION = re.compile(r"\d+(?:\.\d+)+[\w.+-]*")
_ANSWER_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A program that was there already."""

    path: Path
    use: ToolUse


def on_path(tool: Tool, source: Program, environ: Mapping[str, str]) -> Found | None:
    """Return the program as the user has it, with the version that it says of itself ("unknown" when it says none)."""
    path = shutil.which(tool.executable, path=environ.get("PATH", ""))
    if path is None:
        return None
    argv = (path, *source.version_argv)
    code, output, errors = quick(argv, cwd=Path("/"), timeout_s=_ANSWER_S, env=dict(environ))
    said = _VERSION.search((output or errors).decode(errors="replace")) if code == 0 else None
    version = said.group() if said else "unknown"
    use = ToolUse(name=tool.name, version=version, source="path", digest=_digest_of(Path(path)))
    return Found(path=Path(path), use=use)


def builder(source: Program, environ: Mapping[str, str]) -> str | None:
    """Return the Go toolchain that builds the program here, None where nothing does."""
    return shutil.which("go", path=environ.get("PATH", "")) if source.module else None


def key(tool: Tool, source: Program) -> str:
    """Return the name of the program's folder in the cache."""
    return f"{tool.name}-{source.version}-{_system()}"


def how_to_get(tool: Tool, source: Program) -> str:
    """Return what a person can do where the program is absent."""
    ways = [f"install {tool.executable} {source.version} on the PATH"]
    if source.module:
        ways.append(f"or install a Go toolchain; onward then builds it in about {source.build_time}")
    return ", ".join(ways)


def make(tool: Tool, source: Program, folder: Path, installer: Installer) -> Note:
    """Put the program into `folder`/bin and return its ToolUse as a mapping. Raises ProvisionError."""
    target = folder / "bin" / tool.executable
    target.parent.mkdir()
    _build(tool, source, folder, target=target, installer=installer)
    return asdict(ToolUse(name=tool.name, version=source.version, source="go", digest=_digest_of(target)))


def _build(tool: Tool, source: Program, folder: Path, *, target: Path, installer: Installer) -> None:
    module, scratch = folder / "module", folder / "scratch"
    module.mkdir()
    locked = _write_module(tool, source, module)
    environ = installer.environ
    env = {
        "GOPATH": str(scratch / "path"),
        "GOCACHE": str(scratch / "cache"),
        # Without it the module cache is read-only and cannot be removed.
        "GOFLAGS": f"{environ.get('GOFLAGS', '')} -modcacherw".strip(),
        # Another toolchain than the one that is here is not ours to fetch.
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
        **dict(source.go_env),
    }
    go = builder(source, environ) or "go"
    mode = "-mod=readonly" if locked else "-mod=mod"
    link = f"-s -w {source.go_link}".strip()
    argv = (go, "build", mode, "-trimpath", "-ldflags", link, "-o", str(target), source.go_package)
    installer.run(argv, cwd=module, log=folder / "make.log", env=env)
    shutil.rmtree(scratch)


def _write_module(tool: Tool, source: Program, module: Path) -> bool:
    """Write the module that requires the program; return whether it comes with the checksums of all it needs."""
    locks = resources.files("onward.execute").joinpath("locks")
    if locks.joinpath(f"{tool.name}.go.mod").is_file():
        for name in ("go.mod", "go.sum"):
            (module / name).write_bytes(locks.joinpath(f"{tool.name}.{name}").read_bytes())
        return True
    path, _, version = source.module.partition("@")
    (module / "go.mod").write_text(f"module tools\n\ngo 1.24\n\nrequire {path} {version}\n", encoding="utf-8")
    return False


def _digest_of(path: Path) -> str:
    with path.open("rb") as stream:
        return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()


def _system() -> str:
    return f"{platform.system().lower()}-{os.uname().machine}"
