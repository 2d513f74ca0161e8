from __future__ import annotations

import json
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import documents
from onward.cli.exits import Exit, of_error
from onward.errors import RecordError, RecordVersionError
from onward.model.event import Event, GateJudged, RunFinished, StepJudged, StepProgress
from onward.record import lines


def written(events: tuple[Event, ...]) -> bytes:
    memory, rows = lines.Memory(), []
    for number, event in enumerate(events, start=1):
        short, skipped = memory.shorten(event)
        data = {**lines.fields(short), "as_recorded": skipped}
        head = {"v": lines.VERSION, "seq": number, "at": "2026-11-21T08:48:41+00:00", "mono": 1.0, "run": "r"}
        rows.append(lines.encode({**head, "step": lines.step_of(event), "type": lines.type_of(event), "data": data}))
        memory.add(event)
    return b"".join(rows)


def test_every_event_comes_back_as_it_was() -> None:
    events = documents.events()
    assert {type(event) for event in events} | {lines.TYPES["run.failed"]} == set(lines.TYPES.values())
    assert lines.restore(lines.parse(written(events), "x")) == events


def test_evidence_is_written_once() -> None:
    text = written(documents.events()).decode()
    assert (
        text.count("is too complex") == 4
    )  # message and excerpt, once in the step's evidence and once in the gate's ruling
    assert '"as_recorded":["gate:contract",' in text
    assert len(text.splitlines()[-1]) < 6000


def test_what_was_never_said_before_is_written_whole() -> None:
    events = tuple(event for event in documents.events() if not isinstance(event, (StepJudged, GateJudged)))
    assert lines.restore(lines.parse(written(events), "x")) == events


def test_gates_may_be_judged_in_another_order_than_they_are_reported() -> None:
    *before, last = documents.events()
    assert isinstance(last, RunFinished)
    turned = replace(last, judgement=replace(last.judgement, gates=last.judgement.gates[::-1]))
    events = (*before, turned)
    assert lines.restore(lines.parse(written(events), "x")) == events
    assert written(events).count(b"is too complex") == 4


def test_a_judgement_that_differs_is_written_whole() -> None:
    *before, last = documents.events()
    assert isinstance(last, RunFinished)
    odd = replace(last, judgement=replace(last.judgement, gates=(replace(last.judgement.gates[0], steps=()),)))
    events = (*before, odd)
    assert lines.restore(lines.parse(written(events), "x")) == events


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
    read = lines.parse(whole[:cut], "x")
    assert read == lines.parse(whole, "x")[: len(read)]
    assert len(read) >= whole[:cut].count(b"\n")


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
        lines.restore(lines.parse(written(documents.events()).replace(old, new), "x"))
    assert "newer onward" in caught.value.hint


def test_an_older_record_is_named_by_its_version_and_is_no_error_of_the_machine() -> None:
    with pytest.raises(RecordVersionError, match="version 1 of the format, this onward reads version 2") as caught:
        lines.parse(written(documents.events()).replace(b'{"v":2', b'{"v":1'), "x")
    assert of_error(caught.value) is Exit.USAGE


def test_malformed_data_names_the_event() -> None:
    data = written(documents.events()).replace(b'"cpus":2', b'"cpus":"two"')
    with pytest.raises(RecordError, match=r"run.started is malformed.*cpus"):
        lines.restore(lines.parse(data, "x"))


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
