"""What programs wrote becomes what was declared, or one sentence that says what is wrong and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pytest

from onward.errors import ReadError
from onward.model.gate import Outputs
from onward.readers import decode


@dataclass(frozen=True)
class Walk:
    format: int
    walked: tuple[int, ...]
    complete: bool


@dataclass(frozen=True)
class Test:
    __test__ = False

    id: str
    kind: Literal["test"] = "test"


@dataclass(frozen=True)
class End:
    lines: int
    kind: Literal["end"] = "end"


@dataclass(frozen=True)
class Last:
    kind: Literal["last"] = "last"


KINDS: dict[str, type[Test | End]] = {"test": Test, "end": End}
WHOLE = b'{"format": 1, "walked": [1, 2], "complete": true, "more": {}}'


def outputs(text: bytes) -> Outputs:
    return Outputs(files={"walk.json": text}, exits=(0,))


def test_what_nobody_reads_is_passed_over() -> None:
    assert decode.decode(outputs(WHOLE), "walk.json", Walk) == Walk(format=1, walked=(1, 2), complete=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{"format": 1, "walked": ["a"], "complete": true}', "walk.json: expected int, got str at $.walked[0]"),
        (b'{"format": 1, "walked": [true], "complete": true}', "walk.json: expected int, got bool at $.walked[0]"),
        (b'{"format": 1, "complete": true}', "walk.json: object missing required field walked at $"),
        (b"[]", "walk.json: expected object, got array at $"),
        (b"null", "walk.json: expected object, got null at $"),
        (WHOLE.replace(b"1, 2", b"").replace(b"true", b"false"), "walk.json: incomplete; the program that wrote it"),
        (WHOLE.replace(b"1,", b"2,", 1), "walk.json: expected format 1"),
        (WHOLE[:20], "walk.json: expected JSON (Unterminated string"),
        (b"", "walk.json: expected JSON (Expecting value"),
        (b"\xff\x00", "walk.json: expected JSON ('utf-8' codec"),
        (b"[" * 100_000, "walk.json: expected JSON (maximum recursion"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: bytes, said: str) -> None:
    with pytest.raises(ReadError) as raised:
        decode.decode(outputs(text), "walk.json", Walk)
    assert raised.value.message.startswith(said)
    assert raised.value.where == "walk.json"


def test_an_output_that_is_not_there_is_unreadable() -> None:
    with pytest.raises(ReadError, match=r"the tool did not write walk\.json"):
        decode.decode(Outputs(files={}, exits=()), "walk.json", Walk)


def test_names_that_are_no_text_are_read_as_python_writes_them() -> None:
    assert decode.decoded(b'["\\udc80", NaN]', "x", tuple[str, float])[0] == "\udc80"


def test_each_line_is_what_its_kind_says() -> None:
    text = b'{"kind": "test", "id": "a"}\n\n{"kind": "end", "lines": 1}\n'
    assert decode.lines(outputs(text), "walk.json", KINDS, end="end") == (Test(id="a"), End(lines=1))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{"kind": "test", "id": "a"}\n', "walk.json: incomplete"),
        (b'{"kind": "end", "lines": 1}\n', "walk.json: incomplete"),
        (b'{"kind": "end", "lines": 0}\n{"kind": "test", "id": "a"}\n', "walk.json: incomplete"),
        (b"", "walk.json: incomplete"),
        (b'{"kind": "test", "id": "a"}\n{"kind"', "walk.json:2: expected JSON"),
        (b'{"kind": "test", "id": 1}\n', "walk.json:1: expected str, got int at $.id"),
        (b'{"kind": "odd"}\n', 'walk.json:1: unexpected "odd" at $.kind'),
        (b"{}\n", "walk.json:1: object missing required field kind at $"),
        (b"[]\n", "walk.json:1: expected object, got array at $"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_with_its_number(text: bytes, said: str) -> None:
    with pytest.raises(ReadError) as raised:
        decode.lines(outputs(text), "walk.json", KINDS, end="end")
    assert raised.value.message.startswith(said)


def test_an_end_that_counts_nothing_may_stand_anywhere() -> None:
    kinds: dict[str, type[Test | Last]] = {"test": Test, "last": Last}
    text = b'{"kind": "last"}\n{"kind": "test", "id": "a"}\n'
    assert len(decode.lines(outputs(text), "walk.json", kinds, end="last")) == 2


def test_a_key_that_is_the_name_of_a_file_and_no_text() -> None:
    written = WHOLE.replace(b'"more"', b'"app/a\\udce9.py"')
    assert decode.decoded(written, "walk.json", Walk).walked == (1, 2)
