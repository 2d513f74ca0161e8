"""Lay out an image's layers as folders, each with a canary secret, so that what upper layers hide can be searched too."""

from __future__ import annotations

import argparse
import json
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from .....guest.canary_secret import FILE, line
from .....guest.write_shape import write_shape
from ...shapes import LaidOut, Layer
from .. import docker_engine

CONFIG = "configuration"


def planted(folder: Path) -> None:
    """Write a canary secret into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(line(), encoding="utf-8")


def place(name: str, folder: Path) -> Path | None:
    """Return where a member of a layer goes; None when its name leads out of the layer."""
    parts = [part for part in PurePosixPath(name).parts if part not in ("/", ".")]
    return None if not parts or ".." in parts else folder.joinpath(*parts)


def unpack(layer: IO[bytes], folder: Path) -> int:
    """Write the regular files of a layer below `folder`; return how many there are. Nothing else is made."""
    count = 0
    with tarfile.open(fileobj=layer) as files:
        for member in files:
            target = place(member.name, folder) if member.isreg() and member.size else None
            content = files.extractfile(member) if target else None
            if target is None or content is None:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as written:
                shutil.copyfileobj(content, written)
            count += 1
    return count


def layers(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes | None]]:
    """Yield the members of a saved image that hold a layer, in order, and the configuration with its bytes."""
    listing = archive.extractfile("manifest.json")
    if listing is None:
        raise KeyError("manifest.json")
    (manifest,) = json.load(listing)
    for name in manifest["Layers"]:
        yield name, None
    config = archive.extractfile(manifest["Config"])
    yield CONFIG, config.read() if config else b""


def texts(value: object) -> Iterator[str]:
    """Yield every text in a configuration: its variables, its history, its labels; as they are, without escapes."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(inner)


def main() -> None:
    """Lay out the layers and the configuration, which holds the variables and the history of the image."""
    parser = argparse.ArgumentParser()
    for name in ("--inputs", "--archive", "--folder", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--image", required=True)
    asked = parser.parse_args()
    docker_engine.save(asked.inputs, asked.image, asked.archive)
    found = []
    with tarfile.open(asked.archive) as archive:
        for number, (name, config) in enumerate(layers(archive), start=1):
            title = CONFIG if config is not None else "layer-%d" % number
            planted(asked.folder / title)
            if config is not None:
                (asked.folder / title / "lines.txt").write_text("\n".join(texts(json.loads(config))), encoding="utf-8")
                found.append(Layer(title, 1))
                continue
            content = archive.extractfile(name)
            found.append(Layer(title, unpack(content, asked.folder / title) if content else 0))
    asked.archive.unlink()
    write_shape(asked.out, LaidOut(FILE, tuple(found)))


if __name__ == "__main__":
    main()
