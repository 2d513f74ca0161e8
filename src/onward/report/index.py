"""The index page of a run directory: what each gate concluded, and a way to every file that it left behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from html import escape
from itertools import groupby
from urllib.parse import quote

from onward.model.document import Document, GateEntry, StepEntry
from onward.model.evidence import Artifact
from onward.model.verdict import Verdict
from onward.report import gate_view, sarif, text
from onward.report.context import NO_CONTEXT, ReportContext
from onward.report.json import render as render_json

INDEX = "index.html"
_LOOKED = (Verdict.PASSED, Verdict.FAILED)
_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.05rem; margin: 2rem 0 0.3rem; }
p { margin: 0.2rem 0; overflow-wrap: anywhere; } dl { display: grid; grid-template-columns: 12rem 1fr; gap: 0.2rem 1rem; }
dt { opacity: 0.75; } dd { margin: 0; overflow-wrap: anywhere; } small { opacity: 0.75; }
"""


def reports(document: Document, context: ReportContext = NO_CONTEXT) -> Mapping[str, str]:
    """Return the files that a run directory gets at its end by their names: reports, and the page that leads to all."""
    written = {"reports/run.json": render_json(document)}
    for gate in document.gates:
        if gate.verdict in _LOOKED:
            alone = _alone(document, gate)
            written[f"reports/{gate.gate}.sarif"] = sarif.render(alone, context)
    return {**written, INDEX: render(document, tuple(written))}


def render(document: Document, written: tuple[str, ...] = ()) -> str:
    """Return the page; `written` are reports beside it. Everything foreign is escaped, nothing is fetched."""
    title = f"Run {document.run}"
    ran, left = gate_view.grouped(document.gates)
    about = (document.profile or "unknown", document.started_at or "", text.duration(document.duration_s))
    parts = [
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">',
        f"<title>{_words(title)}</title>\n<style>{_STYLE}</style>\n<main>",
        f"<h1>{_words(title)}: {text.WORDS[document.verdict]}</h1>",
        "<p>profile {}, {}, took {}</p>".format(*map(_words, about)),
        _broken_off(document),
        _list([("whole run", [_link(path) for path in ("events.jsonl", *written[:1])])]),
        *(_gate(document, gate, written) for gate in ran),
        "<h2>Not run</h2>" if left else "",
        _list((reason, [_words(gate.title) for gate in gates]) for reason, gates in left),
        "</main>\n</html>\n",
    ]
    return "\n".join(parts)


def _broken_off(document: Document) -> str:
    if document.error is None:
        return ""
    words = (document.error.message, document.error.where, document.error.hint)
    return f"<p><strong>It broke off: {_words('; '.join(filter(None, words)))}</strong></p>"


def _alone(document: Document, gate: GateEntry) -> Document:
    return replace(document, gates=(gate,), steps=gate_view.steps_of(document, gate))


def _gate(document: Document, gate: GateEntry, written: tuple[str, ...]) -> str:
    own = [path for path in written if path == f"reports/{gate.gate}.sarif"]
    entries = [("report (SARIF)", [_link(path) for path in own])] if own else []
    entries += [entry for step in gate_view.steps_of(document, gate) for entry in _files(step)]
    heading = f'<h2 id="{_words(gate.gate)}">{_words(gate.title)}: {text.WORDS[gate.verdict]}</h2>'
    return "\n".join((heading, f"<p>{_words(gate.reason.text)}</p>", _list(entries)))


def _files(step: StepEntry) -> Iterator[tuple[str, list[str]]]:
    """Yield the kinds of files of a step and the files of each."""
    python = f" ({step.matrix.python})" if step.matrix.python else ""
    ordered = sorted(step.artifacts, key=lambda artifact: artifact.kind)
    for kind, artifacts in groupby(ordered, key=lambda artifact: artifact.kind):
        yield f"{step.check}{python}: {kind}", [_file(artifact) for artifact in artifacts]


def _file(artifact: Artifact) -> str:
    return f"{_link(artifact.path)} <small>{text.size(artifact.bytes)}</small>"


def _link(path: str) -> str:
    return f'<a href="{escape(quote(path))}">{_words(path.split("/", 2)[-1])}</a>'


def _list(entries: Iterable[tuple[str, list[str]]]) -> str:
    rows = "\n".join(f"<dt>{_words(name)}</dt><dd>{'<br>'.join(links)}</dd>" for name, links in entries)
    return f"<dl>\n{rows}\n</dl>" if rows else ""


def _words(given: str) -> str:
    return escape(text.visible(given))
