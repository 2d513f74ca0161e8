"""From a search of an image's layers to findings: one for each secret, whether an upper layer hides it or not."""

from __future__ import annotations

from collections.abc import Iterable

from onward.gates.container.images import Image, of_each
from onward.gates.container.shapes import LaidOut
from onward.guest.shared_shapes import Marked
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.readers import kingfisher
from onward.readers.decode import decode


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the searches; the canary in every layer must have been found, else the layer was not searched."""
    return of_each(context.check, lambda image: _searched(outputs, image))


def _searched(outputs: Outputs, image: Image) -> Reading:
    laid_out = decode(outputs, image.called("layers.json"), LaidOut)
    found = decode(outputs, image.called("secrets.json"), tuple[Marked, ...])
    partly = decode(outputs, image.called("found.json"), kingfisher.Report).is_partial
    canaries = {f"{layer.name}/{laid_out.canary}" for layer in laid_out.layers}
    searched = {_plain(entry.path) for entry in found} & canaries
    findings = tuple(_finding(entry, image) for entry in _one_each(found) if _plain(entry.path) not in canaries)
    what = image.about("layers searched for secrets")
    looked = LookedAt(what=what, count=len(searched), expected=max(1, len(canaries)))
    text = image.about("kingfisher reports that it searched only a part")
    problems = (Problem(code="searched-in-part", text=text),) if partly else ()
    return Reading(looked_at=(looked,), findings=findings, problems=problems)


def _plain(path: str) -> str:
    return path.removeprefix("./")


def _one_each(found: Iterable[Marked]) -> Iterable[Marked]:
    first: dict[tuple[str, str], Marked] = {}
    for entry in found:
        first.setdefault((entry.rule, entry.mark), entry)
    return first.values()


def _finding(found: Marked, image: Image) -> Finding:
    layer, _, path = _plain(found.path).partition("/")
    where = "the image's variables or history" if layer == "configuration" else f"/{path} of {layer}"
    return Finding(
        rule=found.rule,
        tool="kingfisher",
        message=f"{found.title} It is in {where}; everybody with the image can read it.",
        severity=Severity.HIGH,
        place=Place(path=image.dockerfile),
        subject=image.about(f"secret {found.mark}"),
        fix="revoke it; pass a new one as a build secret mount, or to the container at start",
    )
