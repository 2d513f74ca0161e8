"""Where in a project a planted fault belongs: among the code that the pipeline calls its source."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath

from onward.model.facts import Tree
from onward.model.pipeline import Pipeline


def is_within(path: str, folders: tuple[str, ...]) -> bool:
    """Return whether `path` is one of `folders` or lies below one; "." holds everything."""
    return any(folder in {".", ""} or path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def source_folder(tree: Tree, pipeline: Pipeline) -> str:
    """Return the folder with the most Python files of the source, "" for the root and where there are none."""
    source = pipeline.source or (".",)
    counted = Counter(
        str(PurePosixPath(path).parent)
        for path in tree.paths
        if path.endswith(".py") and is_within(path, source) and not is_within(path, pipeline.tests)
    )
    # equal counts are decided by name, so that a defect lands in the same place every time
    fullest = min(counted.items(), key=lambda item: (-item[1], item[0]), default=(".", 0))[0]
    return "" if fullest == "." else fullest


def beside_source(tree: Tree, pipeline: Pipeline, name: str) -> str:
    """Return the path of a new file called `name` in that folder."""
    folder = source_folder(tree, pipeline)
    return f"{folder}/{name}" if folder else name
