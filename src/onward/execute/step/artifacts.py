"""Turn a step's output files into artifacts of its run, and read the outputs that its reader asks for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from onward.errors import ReadError
from onward.model.evidence import Artifact
from onward.model.gate import Command, Keep

_LARGEST_OUTPUT = 64 * 1024 * 1024
_ENDING = 2_000


def named_outputs(commands: Iterable[Command], out: Path) -> dict[str, bytes]:
    """Return the named outputs that exist under `out`; one that is too large to read is a ReadError."""
    names = {name for command in commands for name in (command.stdout, *command.writes) if name}
    return {name: _read(out / name) for name in sorted(names) if (out / name).is_file()}


def _read(path: Path) -> bytes:
    size = path.stat().st_size
    if size > _LARGEST_OUTPUT:
        raise ReadError(f"{path.name} has {size} bytes; onward reads at most {_LARGEST_OUTPUT}", where=path.name)
    return path.read_bytes()


def collect(keeps: Iterable[Keep], out: Path, run: Path) -> tuple[Artifact, ...]:
    """Return the artifacts among a step's outputs.

    A folder is kept whole: through its `index.html` where it has one, else file by file; a glob keeps each file that
    it matches. A missing one that is not optional is a ReadError.
    """
    return tuple(artifact for keep in keeps for artifact in _collect(keep, out, run))


def _collect(keep: Keep, out: Path, run: Path) -> Iterator[Artifact]:
    path = out / keep.path
    if "*" in keep.path:
        for file in sorted(out.glob(keep.path)):
            yield describe(file, run, kind=keep.kind, media_type=keep.media_type)
    elif path.is_file():
        yield describe(path, run, kind=keep.kind, media_type=keep.media_type)
    elif path.is_dir():
        index = path / "index.html"
        for file in [index] if index.is_file() else sorted(p for p in path.rglob("*") if p.is_file()):
            yield describe(file, run, kind=keep.kind, media_type=keep.media_type)
    elif not keep.optional:
        raise ReadError(f"the tool did not write {keep.path}", where=keep.path)


def ending(log: Path, since: int = 0) -> list[str]:
    """Return the last lines of `log` from the byte `since` on: those that lie whole within its last 2,000 bytes."""
    start = max(since, log.stat().st_size - _ENDING)
    with log.open("rb") as file:
        file.seek(start)
        lines = file.read(_ENDING).decode(errors="replace").removesuffix("\n").split("\n")
    # a line that is cut may begin within a secret, which is not known by its end
    return lines[1:] if start > since else lines


def describe(path: Path, run: Path, *, kind: str, media_type: str) -> Artifact:
    """Return the artifact for `path`, digest and size included; `run` is the run directory that it lies in."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Artifact(
        kind=kind,
        path=path.relative_to(run).as_posix(),
        media_type=media_type,
        sha256=digest,
        bytes=path.stat().st_size,
    )


def link_inputs(target: Path, fed: Iterable[tuple[str, tuple[Artifact, ...]]], run: Path, kinds: Iterable[str]) -> None:
    """Fill `target` with links to the artifacts of `kinds` that other steps made: one folder a step."""
    wanted = set(kinds)
    target.mkdir(parents=True, exist_ok=True)
    for folder, artifacts in fed:
        for artifact in artifacts:
            if artifact.kind not in wanted:
                continue
            source = run / artifact.path
            place = target / folder / Path(artifact.path).name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(source)
