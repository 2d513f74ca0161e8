from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import unquote

from kit import documents
from onward.model.evidence import Artifact
from onward.model.verdict import Verdict
from onward.report import index

DOCUMENT = documents.document()
CONTEXT = documents.CONTEXT


class Links(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.targets += [unquote(value) for name, value in attrs if name == "href" and value]


def artifact(path: str, kind: str = "report") -> Artifact:
    return Artifact(kind=kind, path=path, media_type="text/plain", sha256="0" * 64, bytes=12)


def test_every_artifact_and_every_report_is_linked() -> None:
    written = index.reports(DOCUMENT, CONTEXT)
    targets = set(Links(written[index.INDEX]).targets)
    assert {each.path for step in DOCUMENT.steps for each in step.artifacts} <= targets
    assert targets >= set(written) - {index.INDEX}
    assert "events.jsonl" in targets


def test_each_gate_that_looked_has_a_report_of_its_own() -> None:
    written = index.reports(DOCUMENT, CONTEXT)
    looked = {gate.gate for gate in DOCUMENT.gates if gate.verdict in (Verdict.PASSED, Verdict.FAILED)}
    assert {name for name in written if name.endswith(".sarif")} == {f"reports/{gate}.sarif" for gate in looked}
    for gate in looked:
        runs = json.loads(written[f"reports/{gate}.sarif"])["runs"]
        assert len(runs) == 2
    assert json.loads(written["reports/run.json"])["run"] == DOCUMENT.run


def test_what_is_foreign_is_escaped_and_nothing_is_fetched() -> None:
    step = replace(DOCUMENT.steps[0], artifacts=(artifact('steps/a/<b> "c" #d.txt', '<i onclick="x">'),))
    page = index.render(replace(DOCUMENT, steps=(step, *DOCUMENT.steps[1:])))
    found = Links(page)
    assert 'steps/a/<b> "c" #d.txt' in found.targets
    assert 'onclick="' not in page
    assert found.tags & {"b", "i", "script", "link", "img", "iframe"} == set()
    assert "url(" not in page
