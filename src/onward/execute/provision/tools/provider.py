"""Provide pinned tools: the project's own where it declares one, else an installation of onward's own, made once."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import assert_never

from packaging.utils import canonicalize_name

from onward.errors import ProvisionError
from onward.execute.cache.store import Note, Store
from onward.execute.process.processes import Processes
from onward.execute.provision.installer import Installer
from onward.execute.provision.python.environment import Environment
from onward.execute.provision.python.installed import digest_of, installed_in
from onward.execute.provision.tools import npm, programs
from onward.execute.provision.tools.programs import KIND
from onward.model.evidence import ToolUse
from onward.model.facts import Project
from onward.model.places import Places
from onward.model.tool import Npm, Program, Pypi, Tool
from onward.model.toolbox import NODE

_NAMES = (
    "ALL_PROXY",
    "CURL_CA_BUNDLE",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LANG",
    "LC_ALL",
    "NETRC",
    "NODE_EXTRA_CA_CERTS",
    "NO_PROXY",
    "PATH",
    "PYENV_ROOT",
    "REQUESTS_CA_BUNDLE",
    "SSH_AUTH_SOCK",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TMPDIR",
    "XDG_CONFIG_DIRS",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
)
_PREFIXES = ("PIP_", "UV_", "NPM_CONFIG_", "YARN_NPM_", "YARN_HTTP", "GIT_SSL_")
_GO = ("GOPROXY", "GONOPROXY", "GOPRIVATE", "GOSUMDB", "GONOSUMDB", "GOINSECURE", "GOAUTH", "GOMODCACHE", "GOFLAGS")
# These would make uv or pip put things somewhere else, or take another interpreter, than onward says.
_REFUSED = (
    "PIP_PREFIX",
    "PIP_TARGET",
    "PIP_USER",
    "PIP_REQUIRE_VIRTUALENV",
    "UV_BREAK_SYSTEM_PACKAGES",
    "UV_CONSTRAINT",
    "UV_ENV_FILE",
    "UV_FROZEN",
    "UV_LOCKED",
    "UV_OVERRIDE",
    "UV_PROJECT",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "UV_REQUIRE_HASHES",
    "UV_SYSTEM_PYTHON",
    "UV_TARGET",
    "UV_WORKING_DIRECTORY",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedTool:
    """A program that is ready to run, and what it is."""

    executable: Path
    use: ToolUse


class ToolProvider:
    """Makes tools under the cache; each is made once, by one process, and held until `close`."""

    def __init__(self, places: Places, processes: Processes, registry_env: Mapping[str, str]) -> None:
        self._installer = Installer(places, processes, registry_env)
        self._store = Store(places.cache, lambda: processes.interrupted)

    def obtain(
        self,
        tool: Tool,
        *,
        environment: Environment | None = None,
        project: Project | None = None,
        python: Path | None = None,
    ) -> ResolvedTool:
        """Return the program of `tool`, ready to run.

        What the project declares wins: its own installation in `environment`, else the version that it pins.
        Tools that parse Python are installed under the interpreter `python`. Raises ProvisionError.
        """
        own = _projects_own(tool, environment, project)
        if own is not None:
            return own
        match tool.source:
            case Pypi():
                return self._from_pypi(tool, tool.source, project, python if tool.parses_python else None)
            case Npm():
                return self._from_npm(tool, tool.source)
            case Program():
                return self._program(tool, tool.source)
            case _:
                assert_never(tool.source)

    def close(self) -> None:
        """Let go of the tools; from now on they may be pruned."""
        self._store.close()

    def _from_pypi(self, tool: Tool, source: Pypi, project: Project | None, python: Path | None) -> ResolvedTool:
        pin = _pin(tool, source, project)
        lock = f"{source.package}=={pin}\n".encode() if pin else lock_file(source.lock)
        interpreter = (python or Path(getattr(sys, "_base_executable", sys.executable))).resolve()

        def make(folder: Path) -> Note:
            log = folder / "make.log"
            requirements = folder / "lock.txt"
            requirements.write_bytes(lock)
            inside = self._installer.venv(interpreter, folder / "env", log)
            # A pin of the project's own comes without hashes and without the rest of its tree.
            how = ("install", "-r") if pin else ("sync", "--require-hashes")
            words = ("pip", how[0], "--quiet", "--python", str(inside), how[1], str(requirements))
            self._installer.uv(*words, cwd=folder, log=log)
            packages = installed_in(folder / "env")
            version = next(package.version for package in packages if package.name == canonicalize_name(source.package))
            return {"version": version, "digest": digest_of(packages, _digest(lock))}

        key = f"{tool.name}-{pin or source.version}-{_digest(lock, _identity(interpreter))[:16]}"
        made = self._store.obtain(KIND, key, make)
        use = ToolUse(name=tool.name, version=made.note["version"], source="pypi", digest=made.note["digest"])
        return ResolvedTool(executable=made.path / "env" / "bin" / tool.executable, use=use)

    def _from_npm(self, tool: Tool, source: Npm) -> ResolvedTool:
        def make(folder: Path) -> Note:
            npm.unpack(source, folder, self._installer, self._npm_program)
            return {"version": source.version}

        key = f"{tool.name}-{source.version}-{_digest(source.integrity.encode())[:16]}"
        made = self._store.obtain(KIND, key, make)
        use = ToolUse(name=tool.name, version=source.version, source="npm", digest=source.integrity)
        return ResolvedTool(executable=made.path / npm.PACKAGE / tool.executable, use=use)

    def _npm_program(self) -> Path:
        return npm.on_path(self._installer.environ) or self.obtain(NODE).executable

    def _program(self, tool: Tool, source: Program) -> ResolvedTool:
        found = programs.on_path(tool, source, self._installer.environ)
        if found is not None:
            return ResolvedTool(executable=found.path, use=found.use)
        key = programs.key(tool, source)
        if programs.builder(source, self._installer.environ) is None and self._store.find(KIND, key) is None:
            raise ProvisionError(
                f"{tool.name} not found on the PATH, and onward cannot build it here",
                where=tool.name,
                hint=programs.how_to_get(tool, source),
            )

        def make(folder: Path) -> Note:
            return programs.make(tool, source, folder, self._installer)

        made = self._store.obtain(KIND, key, make)
        return ResolvedTool(executable=made.path / "bin" / tool.executable, use=ToolUse(**made.note))


def registry_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what the installers may see of `environ`: registries, proxies, certificates, and what programs need."""
    seen = {name: value for name, value in environ.items() if _reaches(name.upper()) and name.upper() not in _REFUSED}
    # uv does not read pip's variables, but whoever set this one means the registry that onward is to use.
    if "PIP_INDEX_URL" in seen and not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & seen.keys():
        seen["UV_DEFAULT_INDEX"] = seen["PIP_INDEX_URL"]
    return seen


def _reaches(name: str) -> bool:
    return name in _NAMES or name in _GO or name.startswith(_PREFIXES)


def lock_file(name: str) -> bytes:
    """Return a lock that ships with onward."""
    return resources.files("onward.execute").joinpath("locks", name).read_bytes()


def _projects_own(tool: Tool, environment: Environment | None, project: Project | None) -> ResolvedTool | None:
    if environment is None or project is None or not tool.project_package:
        return None
    version = environment.package_version(tool.project_package)
    executable = environment.bin / tool.executable
    if version is None or not project.declares(tool.project_package) or not executable.exists():
        return None
    use = ToolUse(name=tool.name, version=version, source="project", digest=environment.digest)
    return ResolvedTool(executable=executable, use=use)


def _pin(tool: Tool, source: Pypi, project: Project | None) -> str | None:
    """Return the version that the project pins where that is another than the one whose lock ships with onward."""
    if project is None or not tool.project_package:
        return None
    pinned = next((version for name, version in project.declared if name == tool.project_package), None)
    return pinned if pinned != source.version else None


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _identity(interpreter: Path) -> bytes:
    """Return what changes when another interpreter comes to stand at the same path."""
    status = interpreter.stat()
    return f"{interpreter} {status.st_size} {status.st_mtime_ns}".encode()
