"""Which images policy has built, what is called after each, and which of the project's Dockerfiles nobody builds."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from onward.model.evidence import LookedAt, Reading
from onward.model.gate import CheckContext
from onward.model.pipeline import GateSettings

DOCKERFILE = "Dockerfile"
_MANY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One image: its Dockerfile, the folder that is sent to the engine, and its short name, empty for the first."""

    dockerfile: str
    context: str
    slug: str = ""

    @property
    def scope(self) -> str:
        """Of which image a measure speaks; empty for the first, so that limits and ratchets from before hold."""
        return self.dockerfile if self.slug else ""

    def about(self, text: str) -> str:
        """Return a text that says of which image it speaks; as it is for the first, so that its debts stay its debts."""
        return f"{text} in {self.dockerfile}" if self.slug else text

    def called(self, name: str) -> str:
        """Return the name of a file or a folder of this image: "trivy.json" or "trivy-frontend.json"."""
        stem, dot, rest = name.partition(".")
        return f"{stem}-{self.slug}{dot}{rest}" if self.slug else name


def images(settings: GateSettings) -> tuple[Image, ...]:
    """Return every image that policy has built, the first one first; what is named twice alike is one image."""
    first = settings.text("dockerfile") or DOCKERFILE
    found = [Image(dockerfile=_plain(first), context=_plain(settings.text("context") or "."))]
    for written in settings.texts("images"):
        dockerfile, folder = _parts(written)
        if all((entry.dockerfile, entry.context) != (dockerfile, folder) for entry in found):
            slug = _slug(dockerfile, {entry.slug for entry in found})
            found.append(Image(dockerfile=dockerfile, context=folder, slug=slug))
    return tuple(found)


def _parts(written: str) -> tuple[str, str]:
    """Return the Dockerfile and the folder of "frontend/Dockerfile" or "docker/web.Dockerfile:web"."""
    name, _, folder = written.partition(":")
    dockerfile = _plain(name or written)
    return dockerfile, _plain(folder or posixpath.dirname(dockerfile) or ".")


def _plain(path: str) -> str:
    return posixpath.normpath(path)


def _slug(dockerfile: str, taken: set[str]) -> str:
    """Return what tells an image from the others in tags and names of files: the folder, and what else its name says."""
    folder, name = posixpath.split(dockerfile.lower())
    said = re.sub(r"[^a-z0-9]+", "-", f"{folder}-{name.replace('dockerfile', '')}").strip("-") or "image"
    numbered = (said, *(f"{said}-{number}" for number in range(2, len(taken) + 2)))
    return next(entry for entry in numbered if entry not in taken)


def dockerfiles(context: CheckContext) -> tuple[str, ...]:
    """Return the project's Dockerfiles: those that policy names first, then those that are called so."""
    files = context.project.files
    named = tuple(image.dockerfile for image in images(context.settings) if image.dockerfile in files)
    return tuple(dict.fromkeys((*named, *(path for path in files if _is_dockerfile(path)))))


def _is_dockerfile(path: str) -> bool:
    name = path.rpartition("/")[2]
    return (name.startswith(DOCKERFILE) and not name.endswith(".dockerignore")) or name.endswith(f".{DOCKERFILE}")


def is_built(context: CheckContext) -> bool:
    """Return whether anything is to be built; a Dockerfile that policy names and that is gone does not take the gate along."""
    settings = context.settings
    return bool(settings.text("dockerfile") or settings.texts("images")) or DOCKERFILE in context.project.files


def absent(image: Image, context: CheckContext) -> str:
    """Return that an image's Dockerfile is not there, with what may be meant; empty when it is."""
    files, settings = context.project.files, context.settings
    if image.dockerfile in files:
        return ""
    inside = f"{image.dockerfile}/{DOCKERFILE}"
    hint = f"; did you mean {inside}?" if inside in files else ""
    if not image.slug and not settings.text("dockerfile"):
        hint = "; `dockerfile` sets the first image, `images` additional ones"
    return f"{image.dockerfile} not found in the project{hint}"


def mistake(image: Image, context: CheckContext) -> str:
    """Return why an image cannot be meant as policy names it; empty when it can."""
    gone = absent(image, context)
    if gone:
        return gone
    if image.context != "." and not any(path.startswith(image.context + "/") for path in context.project.files):
        return f"build context {image.context} of {image.dockerfile} not found in the project"
    folders = [entry.context for entry in images(context.settings) if entry.dockerfile == image.dockerfile]
    if len(folders) > 1:
        return f"{image.dockerfile} has several build contexts ({', '.join(folders)}); use one Dockerfile per image"
    return ""


def not_built(context: CheckContext) -> tuple[str, ...]:
    """Return a note on the Dockerfiles that nobody builds, so that silence about their images is not taken for an answer."""
    named = {image.dockerfile for image in images(context.settings)} if is_built(context) else set()
    others = [path for path in dockerfiles(context) if path not in named]
    if not others:
        return ()
    more = f" and {len(others) - _MANY} more" if len(others) > _MANY else ""
    return (f"not built and not scanned: {', '.join(others[:_MANY])}{more}; add them to `images`",)


def of_each(context: CheckContext, read: Callable[[Image], Reading]) -> Reading:
    """Read image by image and put it together; what is said of all of them, such as a database's age, is said once."""
    parts = [read(image) for image in images(context.settings)]
    return Reading(
        looked_at=_added(looked for part in parts for looked in part.looked_at),
        findings=tuple(finding for part in parts for finding in part.findings),
        measures=tuple(dict.fromkeys(measure for part in parts for measure in part.measures)),
        problems=tuple(dict.fromkeys(problem for part in parts for problem in part.problems)),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _added(counts: Iterable[LookedAt]) -> tuple[LookedAt, ...]:
    """Add up counts of the same thing: each image has to bring what is expected of it."""
    sums: dict[str, LookedAt] = {}
    for looked in counts:
        before = sums.get(looked.what, LookedAt(what=looked.what, count=0, expected=0))
        expected = (before.expected or 0) + (1 if looked.expected is None else looked.expected)
        sums[looked.what] = LookedAt(what=looked.what, count=before.count + looked.count, expected=expected)
    return tuple(sums.values())
