from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import documents
from onward.cli.exits import Exit, of_error
from onward.errors import RecordError, RecordVersionError
from onward.model.event import Event, StepProgress
from onward.record import lines


def written(events: tuple[Event, ...]) -> bytes:
    rows = []
    for number, event in enumerate(events, start=1):
        head = {"v": lines.VERSION, "seq": number, "at": "2026-11-21T08:48:41+00:00", "mono": 1.0, "run": "r"}
        rows.append(lines.encode({**head, "step": lines.step_of(event), "type": lines.type_of(event), "data": event}))
    return b"".join(rows)


def read(data: bytes) -> tuple[Event, ...]:
    return tuple(lines.decode(line) for line in lines.parse(data, "x"))


def test_every_event_comes_back_as_it_was() -> None:
    events = documents.events()
    assert {type(event) for event in events} | {lines.TYPES["run.failed"]} == set(lines.TYPES.values())
    assert read(written(events)) == events


def test_each_fact_is_written_once() -> None:
    text = written(documents.events()).decode()
    # its message and its excerpt, both in the evidence of its step
    assert text.count("is too complex") == 2
    assert text.count(documents.DEBT.message) == 2
    assert text.count('"71.3') + text.count(":71.3") == 1
    assert len(text.splitlines()[-1]) < 400


def test_a_torn_last_line_is_left_out_and_only_the_last() -> None:
    whole = written(documents.events())
    torn = whole[:-20]
    assert lines.parse(torn, "x") == lines.parse(whole, "x")[:-1]
    with pytest.raises(RecordError, match="damaged") as caught:
        lines.parse(whole[:30] + b"\n" + whole, "x")
    assert caught.value.where == "x:1"


@given(cut=st.integers(min_value=0, max_value=100_000))
def test_a_record_cut_anywhere_reads_as_its_beginning(cut: int) -> None:
    whole = written(documents.events())
    found = lines.parse(whole[:cut], "x")
    assert found == lines.parse(whole, "x")[: len(found)]
    assert len(found) >= whole[:cut].count(b"\n")


def test_a_missing_line_in_the_middle_is_damage() -> None:
    rows = written(documents.events()).splitlines(keepends=True)
    with pytest.raises(RecordError, match="event 3 is missing"):
        lines.parse(b"".join(rows[:2] + rows[3:]), "x")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [(b'{"v":2', b'{"v":3', "version 3 of"), (b'"type":"run.started"', b'"type":"run.dreamt"', "unknown event")],
)
def test_a_newer_record_says_so(old: bytes, new: bytes, message: str) -> None:
    with pytest.raises(RecordError, match=message) as caught:
        read(written(documents.events()).replace(old, new))
    assert "newer onward" in caught.value.hint


def test_an_older_record_is_named_by_its_version_and_is_no_error_of_the_machine() -> None:
    with pytest.raises(RecordVersionError, match="version 1 of the format, this onward reads version 2") as caught:
        lines.parse(written(documents.events()).replace(b'{"v":2', b'{"v":1'), "x")
    assert of_error(caught.value) is Exit.USAGE


def test_malformed_data_names_the_event() -> None:
    data = written(documents.events()).replace(b'"cpus":2', b'"cpus":"two"')
    with pytest.raises(RecordError, match=r"run.started is malformed.*cpus"):
        read(data)


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_be_recorded(text: str) -> None:
    row = lines.encode({"data": StepProgress(step="a", text=text)})
    assert row.count(b"\n") == 1
    told = json.loads(row)["data"]["text"]
    assert told == text.encode("utf-8", "backslashreplace").decode()


def test_a_line_is_one_line_of_the_published_shape() -> None:
    first = json.loads(written(documents.events()).splitlines()[0])
    assert list(first) == ["v", "seq", "at", "mono", "run", "step", "type", "data"]
    assert msgspec.json.decode(written(documents.events()).splitlines()[1])["step"] == "lint/flake8"
