from __future__ import annotations

import pytest

from onward.errors import ReadError
from onward.model.gate import Outputs
from onward.readers import jsonlines


def outputs(text: bytes) -> Outputs:
    return Outputs(files={"x.jsonl": text}, exits=(0,))


def test_one_object_a_line() -> None:
    assert jsonlines.objects(outputs(b'{"a": 1}\n\n{"b": 2}\n'), "x.jsonl") == ({"a": 1}, {"b": 2})


@pytest.mark.parametrize("text", [b'{"a": 1}\n{"b"', b"[]", b"null", b"\xff"])
def test_anything_else_is_unreadable(text: bytes) -> None:
    with pytest.raises(ReadError):
        jsonlines.objects(outputs(text), "x.jsonl")


def test_the_line_is_named() -> None:
    with pytest.raises(ReadError, match=r"x\.jsonl:2"):
        jsonlines.objects(outputs(b"{}\n{\n"), "x.jsonl")
