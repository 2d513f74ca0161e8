"""Run the installers: uv, npm and Go, with the registry settings that only they may see."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from uv import find_uv_bin

from onward.errors import ProvisionError
from onward.execute.process.processes import Call, Ended, Processes
from onward.model.places import Places

_TIMEOUT_S = 1800.0
_TAIL_LINES = 12


_FINDING_UV = threading.Lock()


def _uv() -> str:
    """Return uv's program; looking for it sets up interpreter state that is not safe to set up in two threads."""
    with _FINDING_UV:
        try:
            return str(find_uv_bin())
        except FileNotFoundError as error:
            raise ProvisionError(f"uv is not installed with onward ({error})", hint="reinstall onward") from error


class Installer:
    """Runs installers with one environment; their downloads are kept under the cache unless the user says where."""

    def __init__(self, places: Places, processes: Processes, registry_env: Mapping[str, str]) -> None:
        downloads = places.cache / "downloads"
        self.processes = processes
        self.environ = {
            "UV_CACHE_DIR": str(downloads / "uv"),
            "NPM_CONFIG_CACHE": str(downloads / "npm"),
            **registry_env,
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_NO_PROGRESS": "1",
            "NO_COLOR": "1",
            "NPM_CONFIG_UPDATE_NOTIFIER": "false",
        }

    def uv(self, *words: str, cwd: Path, log: Path, env: Mapping[str, str] | None = None) -> None:
        """Run uv; ProvisionError with the end of what it said when it does not succeed."""
        self.run((_uv(), *words), cwd=cwd, log=log, env=env)

    def venv(self, python: Path, folder: Path, log: Path) -> Path:
        """Make an empty environment in `folder` for the interpreter `python`; return its own interpreter."""
        self.uv("venv", "--quiet", "--no-project", "--python", str(python), str(folder), cwd=folder.parent, log=log)
        return folder / "bin" / "python"

    def run(
        self,
        argv: tuple[str, ...],
        *,
        cwd: Path,
        log: Path,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Run one installer to its end; ProvisionError with the end of its log when it does not succeed."""
        begin = log.stat().st_size if log.exists() else 0
        call = Call(argv=argv, cwd=cwd, env={**self.environ, **(env or {})}, log=log, timeout_s=_TIMEOUT_S)
        ended = self.processes.run(call)
        if ended.exit != 0:
            raise failure(argv, ended, output_of(log, begin))


def failure(argv: tuple[str, ...], ended: Ended, output: str) -> ProvisionError:
    """Return the error for an installer that did not succeed, with its own words."""
    words = " ".join((Path(argv[0]).name, *argv[1:3]))
    detail = output or ended.text
    return ProvisionError(
        f"{words} failed ({ended.outcome})" + (f":\n{detail}" if detail else ""),
        where=words,
        hint="the installer takes registries and proxies from its configuration, UV_*, NPM_CONFIG_* and PIP_INDEX_URL",
    )


def output_of(log: Path, begin: int = 0) -> str:
    """Return the last lines of what was appended to `log` after its first `begin` bytes."""
    text = log.read_bytes()[begin:].decode(errors="replace").strip()
    return "\n".join(text.splitlines()[-_TAIL_LINES:])
