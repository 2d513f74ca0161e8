"""Which images the project's Dockerfiles build on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from onward.detect.lines import Hit, matching, recorded, search
from onward.model.facts import BuiltOn, Fact, Tree

DOCKERFILE = r"(?:[^/]+/)*(?:[^/]*\.)?Dockerfile(?:\.[^/]+)?"
FROM = r"(?i)^\s*FROM\s+(?:--platform=\S+\s+)?(\S+)"
_COPY = r"(?i)^\s*COPY\s+(?:--\S+\s+)*?--from=(\S+)"
_STAGE = r"(?i)^\s*FROM\s+(?:--platform=\S+\s+)?\S+\s+AS\s+(\S+)"
_ARGUMENT = re.compile(r"^\s*ARG\s+(\w+)=[\"']?([^\s\"']+)", re.IGNORECASE | re.MULTILINE)
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})")


def base_images(tree: Tree) -> Fact:
    """Return each image that a Dockerfile builds on."""
    return recorded("base-images", (hit for path in matching(tree, DOCKERFILE) for hit in _of(tree, path)))


def _of(tree: Tree, path: str) -> Iterator[tuple[BuiltOn, Hit]]:
    stages = {hit.value for hit in search(tree, (path,), _STAGE)}
    known = defaults(tree, path)
    for hit in (*search(tree, (path,), FROM), *search(tree, (path,), _COPY)):
        if hit.value not in stages and hit.value != "scratch" and not hit.value.isdigit():
            yield BuiltOn(path, _with_defaults(hit.value, known)), hit


def defaults(tree: Tree, path: str) -> Mapping[str, str]:
    """Return the build arguments of a Dockerfile that have a default; where one is given twice, the first."""
    found = _ARGUMENT.findall(tree.text(path) or "")
    return dict(reversed(found))


def _with_defaults(image: str, known: Mapping[str, str]) -> str:
    def written(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        default = known.get(name) or match[3] or ""
        return f"${{{name}:-{default}}}"

    return _VARIABLE.sub(written, image)


def filled(image: str, known: Mapping[str, str]) -> str:
    """Return the image with arguments replaced by what is known of them, else by their own default, else by nothing."""
    return _VARIABLE.sub(lambda match: known.get(match[1] or match[2], match[3] or ""), image)
