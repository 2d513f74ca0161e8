from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import documents
from onward.model.evidence import Reason
from onward.report.html import render

DOCUMENT = documents.document()
CONTEXT = documents.CONTEXT
PAGE = render(DOCUMENT, CONTEXT)
FETCHING = {"src", "srcset", "action", "formaction", "data", "poster", "background"}
VOID = {"meta", "input", "br", "link", "img", "hr"}


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def test_nothing_is_fetched_and_only_our_script_runs() -> None:
    reader = read(PAGE)
    assert not [tag for tag, _ in reader.tags if tag in {"link", "img", "iframe", "object", "embed", "base"}]
    assert not [
        name for _, attributes in reader.tags for name in attributes if name in FETCHING or name.startswith("on")
    ]
    assert [tag for tag, _ in reader.tags].count("script") == 1
    assert "url(" not in PAGE
    assert "@import" not in PAGE
    script = re.search(r"<script>(.*?)</script>", PAGE, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src &#39;sha256-{digest}&#39;" in PAGE or f"script-src 'sha256-{digest}'" in PAGE


def test_hostile_text_is_only_text() -> None:
    reader = read(PAGE)
    assert "<script>alert('x')</script>" in reader.text
    assert "\x1b" not in PAGE
    assert "\u202e" not in PAGE
    links = {attributes.get("href") for tag, attributes in reader.tags if tag == "a"}
    assert "https://osv.dev/vulnerability/PYSEC-2019-217" in links
    assert not [link for link in links if link and link.startswith("javascript:")]


def test_artifacts_are_linked_when_the_way_is_known() -> None:
    assert 'href="./steps/tests-pytest-3.9-1a2b3c4d/a%20b%23%3C1%3E.txt"' in PAGE
    assert "a%20b%23" not in render(DOCUMENT, replace(CONTEXT, folder=""))


@pytest.mark.parametrize(
    "words",
    [
        "PostgreSQL 18.4",
        "asked for postgres:15",
        "flake8 7.3.0",
        "118 files",
        "71.3 %",
        "at least 72 % (ratchet)",
        "signal:SIGKILL",
        "no browser on this machine",
        "Run `flake8` on the file it names",
        "Can tighten: coverage",
        "20261120T101010Z-aaaaaa",
        "tests/test_a.py::test_flaky",
        "18 ran where 15 was asked for",
        "the critical path, migrations/walk",
        "CPU work: 55 s on 2 CPUs",
    ],
)
def test_the_page_tells(words: str) -> None:
    assert words in " ".join(read(PAGE).text.split())


def test_an_empty_page_has_no_holes() -> None:
    reader = read(render(replace(DOCUMENT, gates=(), steps=())))
    assert "Timeline" not in reader.text
    assert "Gates" not in reader.text


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=())))
def test_any_text_stays_where_it_belongs(words: str) -> None:
    gate = replace(DOCUMENT.gates[0], reason=Reason(code="x", text=words), findings=())
    tags = [tag for tag, _ in read(render(replace(DOCUMENT, gates=(gate,)), CONTEXT)).tags]
    plain = replace(gate, reason=Reason(code="x", text="plain"))
    assert tags == [tag for tag, _ in read(render(replace(DOCUMENT, gates=(plain,)), CONTEXT)).tags]
