"""Two OpenAPI documents compared as a client sees them: what it may send, and what it may rely on getting (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from onward.gates.contract.schemas import Document, Side, changes, resolved

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference; `breaking` means that a client of the published document may fail against what is served."""

    rule: str
    subject: str
    text: str
    breaking: bool = True


def operations(document: Document) -> dict[tuple[str, str], Document]:
    """Return every operation by method and path, with the parameters of its path."""
    found: dict[tuple[str, str], Document] = {}
    for path, given in document["paths"].items():
        item = resolved(document, given)
        for method in METHODS:
            if method in item:
                shared = item.get("parameters", [])
                operation = item[method]
                found[method, path] = {**operation, "parameters": [*shared, *operation.get("parameters", [])]}
    return found


def differences(published: Document, served: Document) -> Iterator[Difference]:
    """Yield how `served` differs from `published`, in the order of the published operations."""
    ours, theirs = operations(published), operations(served)
    there = {path for _, path in theirs}
    for (method, path), operation in ours.items():
        subject = f"{method.upper()} {path}"
        if (method, path) in theirs:
            yield from _Pair(published, served, subject).compare(operation, theirs[method, path])
        elif path in there:
            yield Difference(rule="removed-operation", subject=subject, text="is published and not served")
        else:
            yield Difference(rule="removed-path", subject=subject, text="its path is published and not served")
    for method, path in theirs:
        if (method, path) not in ours:
            subject = f"{method.upper()} {path}"
            yield Difference(
                rule="unpublished-operation", subject=subject, text="is served and not published", breaking=False
            )


class _Pair:
    """One operation in both documents."""

    def __init__(self, published: Document, served: Document, subject: str) -> None:
        self._published = published
        self._served = served
        self._subject = subject

    def compare(self, old: Document, new: Document) -> Iterator[Difference]:
        yield from self._parameters(old, new)
        yield from self._body(old, new)
        yield from self._responses(old.get("responses", {}), new.get("responses", {}))

    def _parameters(self, old: Document, new: Document) -> Iterator[Difference]:
        ours, theirs = _parameters(self._published, old), _parameters(self._served, new)
        for key, parameter in theirs.items():
            where = f"{key[0]} parameter {key[1]}"
            if key in ours:
                if parameter.get("required") and not ours[key].get("required"):
                    yield self._say("required-parameter", where, "has become required")
                yield from self._schema(where, _schema(ours[key]), _schema(parameter), Side.REQUEST)
            elif parameter.get("required"):
                yield self._say("required-parameter", where, "is required and not published")
            else:
                yield self._say("unpublished-parameter", where, "is not published", breaking=False)
        for name in ours.keys() - theirs.keys():
            where = f"{name[0]} parameter {name[1]}"
            yield self._say("removed-parameter", where, "is published and not served", breaking=False)

    def _body(self, old: Document, new: Document) -> Iterator[Difference]:
        ours = resolved(self._published, old.get("requestBody") or {})
        theirs = resolved(self._served, new.get("requestBody") or {})
        if theirs.get("required") and not ours.get("required"):
            yield self._say("required-field", "request body", "has become required")
        yield from self._content("request", ours, theirs, Side.REQUEST)

    def _responses(self, old: Document, new: Document) -> Iterator[Difference]:
        for status, given in old.items():
            if status not in new:
                yield self._say("removed-response", f"response {status}", "is published and not served")
                continue
            ours, theirs = resolved(self._published, given), resolved(self._served, new[status])
            yield from self._content(f"response {status}", ours, theirs, Side.RESPONSE)
        for status in new.keys() - old.keys():
            yield self._say("unpublished-response", f"response {status}", "is not published", breaking=False)

    def _content(self, where: str, old: Document, new: Document, side: Side) -> Iterator[Difference]:
        ours, theirs = _content(old), _content(new)
        for kind, media in ours.items():
            place = where if kind in {"application/json", ""} else f"{where} ({kind})"
            if kind not in theirs:
                yield self._say("removed-content", place, f"{kind or 'its schema'} is published and not served")
                continue
            yield from self._schema(place, media.get("schema", {}), theirs[kind].get("schema", {}), side)
        for kind in theirs.keys() - ours.keys():
            yield self._say("unpublished-content", where, f"{kind} is not published", breaking=False)

    def _schema(self, where: str, old: object, new: object, side: Side) -> Iterator[Difference]:
        for change in changes((self._published, old), (self._served, new), side):
            place = f"{where}{change.place}"
            yield self._say(change.rule, place, change.text, breaking=change.breaking)

    def _say(self, rule: str, where: str, text: str, *, breaking: bool = True) -> Difference:
        return Difference(rule=rule, subject=f"{self._subject} {where}", text=text, breaking=breaking)


def _parameters(document: Document, operation: Document) -> dict[tuple[str, str], Document]:
    every = [resolved(document, given) for given in operation["parameters"]]
    # A body of Swagger 2 is compared as what it is, a request.
    return {(parameter["in"], parameter["name"]): parameter for parameter in every}


def _schema(parameter: Document) -> object:
    content = parameter.get("content", {})
    media: Document = next(iter(content.values()), {})
    return parameter.get("schema", media.get("schema", parameter if "type" in parameter else {}))


def _content(given: Document) -> Mapping[str, Document]:
    return given.get("content") or ({"": given} if "schema" in given else {})
