"""What programs wrote, as the types that describe it: one decoder, one check for completeness, one wording of what is wrong.

Tools are described by small structs beside their readers, with only the fields that are read; our own guest programs by the
shapes that they write. Whatever else a document holds is passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from onward.errors import ReadError
from onward.model.gate import Outputs

T = TypeVar("T")
FORMAT = 1
_PLACE = re.compile(r"^(.+?)(?: - at (.+))?$", re.DOTALL)


def decode(outputs: Outputs, name: str, kind: type[T]) -> T:
    """Return output `name` as `kind`; ReadError when it is missing, is no JSON, breaks off, or is shaped otherwise.

    Where `kind` has a field `format` or `complete`, the document is held to it.
    """
    return decoded(outputs.data(name), name, kind)


def decoded(data: bytes, name: str, kind: type[T]) -> T:
    """Return `data`, which messages call `name`, as `kind`."""
    return _typed(_json(data, name), kind, name)


def lines(outputs: Outputs, name: str, kinds: Mapping[str, type[T]], *, end: str) -> tuple[T, ...]:
    """Return the objects of output `name`, one a line, each as what `kinds` says of its `kind`.

    One of kind `end` says that its writer came to an end; where it counts `lines`, they stand before it and nothing after.
    """
    found = tuple(_lines(outputs.data(name), name, kinds))
    ends = [number for number, entry in enumerate(found) if isinstance(entry, kinds[end])]
    if not ends or getattr(found[ends[-1]], "lines", len(found) - 1) != len(found) - 1:
        raise _broken_off(name)
    return found


def _lines(data: bytes, name: str, kinds: Mapping[str, type[T]]) -> Iterator[T]:
    for number, line in enumerate(data.splitlines(), 1):
        if line.strip():
            place = f"{name}:{number}"
            value = _json(line, place)
            kind = _typed(value, _Line, place).kind
            if kind not in kinds:
                raise ReadError(f'{place}: unexpected "{kind}" at $.kind', where=name)
            yield _typed(value, kinds[kind], place)


class _Line(msgspec.Struct, frozen=True):
    kind: str


def _json(data: bytes, name: str) -> Any:
    # msgspec's own decoder refuses what Python writes for names of files that are no text, and for numbers that are none
    try:
        return json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise ReadError(f"{name}: expected JSON ({error})", where=name) from error


def _typed(value: object, kind: type[T], name: str) -> T:
    try:
        try:
            document = msgspec.convert(value, kind, str_keys=True)
        except UnicodeEncodeError:  # a key that is the name of a file, and no text
            document = msgspec.convert(_with_text_keys(value), kind, str_keys=True)
    except msgspec.ValidationError as error:
        what, place = match.groups() if (match := _PLACE.match(str(error))) else (str(error), None)
        said = f"{what[:1].lower()}{what[1:]} at {place or '$'}".replace("`", "")
        raise ReadError(f"{name}: {said}", where=name) from error
    if getattr(document, "format", FORMAT) != FORMAT:
        raise ReadError(f"{name}: expected format {FORMAT}", where=name)
    if not getattr(document, "complete", True):
        raise _broken_off(name)
    return document


def _with_text_keys(value: object) -> object:
    match value:
        case dict():
            return {
                str(key).encode("utf-8", "backslashreplace").decode(): _with_text_keys(part)
                for key, part in value.items()
            }
        case list():
            return [_with_text_keys(part) for part in value]
        case _:
            return value


def _broken_off(name: str) -> ReadError:
    return ReadError(f"{name}: incomplete; the program that wrote it did not finish", where=name)
