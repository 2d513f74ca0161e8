"""The images that are built upon, as needs of the machine: an engine that cannot have them cannot build."""

from __future__ import annotations

import re
from collections.abc import Mapping

from onward.gates.container.images import images
from onward.model.facts import BASE_IMAGES
from onward.model.gate import CheckContext
from onward.model.need import BaseImage

_VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")


def needed(context: CheckContext) -> tuple[BaseImage, ...]:
    """Return each image that the images of policy are built on; one whose name only the build can know is left out."""
    mine = {image.dockerfile for image in images(context.settings)}
    given = _arguments(context.settings.texts("build-args"))
    built_on = (entry.image for entry in context.project.fact(BASE_IMAGES) if entry.dockerfile in mine)
    names = (_named(written, given) for written in built_on)
    return tuple(BaseImage(name) for name in dict.fromkeys(names) if name)


def _arguments(words: tuple[str, ...]) -> Mapping[str, str]:
    """Return what policy gives; an argument whose value comes from the machine is empty here."""
    return {name: value for name, _, value in (word.partition("=") for word in words)}


def _named(written: str, given: Mapping[str, str]) -> str:
    """Return the image's name with its arguments filled in, empty when one of them is not known."""
    values = {match[1]: given.get(match[1], match[2]) for match in _VARIABLE.finditer(written)}
    if not all(values.values()):
        return ""
    return _VARIABLE.sub(lambda match: values[match[1]], written)
