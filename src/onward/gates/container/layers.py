"""From a search of an image's layers to findings: one for each secret, whether an upper layer hides it or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onward.errors import ReadError
from onward.gates.container.images import Image, of_each
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the searches; the canary in every layer must have been found, else the layer was not searched."""
    return of_each(context.check, lambda image: _searched(outputs, image))


def _searched(outputs: Outputs, image: Image) -> Reading:
    names = [image.called(name) for name in ("layers.json", "secrets.json", "found.json")]
    laid_out, found, report = (outputs.json(name) for name in names)
    try:
        canaries = {f"{layer['name']}/{laid_out['canary']}" for layer in laid_out["layers"]}
        searched = {_plain(one["path"]) for one in found} & canaries
        ours = [one for one in found if _plain(one["path"]) not in canaries]
        findings = tuple(_finding(one, image) for one in _one_each(ours))
        partly = any(report["audit"]["summary"][key] for key in ("scan_failed", "scan_partial", "pending"))
    except (KeyError, TypeError, AttributeError) as error:
        raise ReadError(f"the search of the layers is not complete ({error!r})", where=names[1]) from error
    what = image.about("layers searched for secrets")
    looked = LookedAt(what=what, count=len(searched), expected=max(1, len(canaries)))
    text = image.about("kingfisher says that it did not search everything")
    problems = (Problem(code="searched-in-part", text=text),) if partly else ()
    return Reading(looked_at=(looked,), findings=findings, problems=problems)


def _plain(path: str) -> str:
    return path.removeprefix("./")


def _one_each(found: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    first: dict[tuple[str, str], Mapping[str, Any]] = {}
    for one in found:
        first.setdefault((one["rule"], one["mark"]), one)
    return list(first.values())


def _finding(found: Mapping[str, Any], image: Image) -> Finding:
    layer, _, path = _plain(found["path"]).partition("/")
    where = "the image's variables or history" if layer == "configuration" else f"/{path} of {layer}"
    return Finding(
        rule=found["rule"],
        tool="kingfisher",
        message=f"{found['title']} It stands in {where}; whoever has the image has it.",
        severity=Severity.HIGH,
        place=Place(path=image.dockerfile),
        subject=image.about(f"secret {found['mark']}"),
        fix="hand it to the build as a secret mount, or to the container when it starts; replace it, because it is out",
    )
