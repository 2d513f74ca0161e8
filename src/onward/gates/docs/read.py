"""From collected documents to findings; a document of our own making shows that each kind of fault is seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from onward.gates.docs import blocks, targets
from onward.gates.docs.markdown import Block, Document, document
from onward.gates.docs.shapes import Collected, Shown
from onward.gates.docs.targets import Repository
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.readers.decode import decode

COLLECTED = "documents.json"
GENERATORS, CLAIMS = "generators", "claims"
_CONTROL = """# A control

[nowhere](onward-control-that-is-not-there.md), [no anchor](#nothing-of-that-name)

```console
$ ./onward-control-that-is-not-there.sh
```

<!-- onward:claims -->
164/173 tests passing (96 %)
<!-- onward:end -->
"""
_CONTROL_PATH = "onward-control.md"
_CONTROL_RULES = frozenset({"dead-link", "dead-anchor", "unknown-command", "claim-arithmetic"})


def generators(context: ReadContext) -> dict[str, str]:
    """Return the declared generators: the name of a block, or the path of a file, to its command."""
    pairs = (entry.partition("=") for entry in context.check.settings.texts(GENERATORS))
    return {name.strip(): command.strip() for name, _, command in pairs}


def _repository(data: Collected, files: Sequence[str]) -> Repository:
    prefix = data.prefix
    ours = (f"{prefix}/{path}" if prefix else path for path in files)
    return Repository(
        files=frozenset((*data.tracked, *ours)),
        prefix=prefix,
        texts={(f"{prefix}/{path}" if prefix else path): text for path, text in data.texts.items()},
        origin=data.origin,
        commands=frozenset(data.commands),
    )


def read_documents(outputs: Outputs, context: ReadContext) -> Reading:
    """Check links, commands, marks and the arithmetic of claims in every document."""
    data = decode(outputs, COLLECTED, Collected)
    repository = _repository(data, context.check.project.files)
    parsed = {path: document(text) for path, text in data.documents.items() if text is not None}
    anchors = {repository.at(path): found.anchors for path, found in parsed.items()}
    findings = [finding for path, found in parsed.items() for finding in _all(path, found, repository, anchors)]
    marks = [finding for path, found in parsed.items() for finding in _markers(path, found, context)]
    blind = _CONTROL_RULES - _control(repository)
    links = sum(len(found.links) for found in parsed.values())
    return Reading(
        looked_at=(
            LookedAt(what="documents read", count=0 if blind else len(parsed), expected=len(data.documents)),
            LookedAt(what="links checked", count=links, expected=0),
        ),
        findings=(*findings, *marks),
        problems=tuple(_problems(data.documents, blind)),
    )


def _control(repository: Repository) -> set[str]:
    control = document(_CONTROL)
    anchors = {repository.at(_CONTROL_PATH): control.anchors}
    return {finding.rule for finding in _all(_CONTROL_PATH, control, repository, anchors)}


def _all(
    path: str, found: Document, repository: Repository, anchors: Mapping[str, frozenset[str]]
) -> Iterator[Finding]:
    yield from targets.links(path, found, repository, anchors)
    yield from targets.commands(path, found, repository)
    for block in found.blocks:
        if block.kind == "claims":
            yield from blocks.arithmetic(path, block)


def _markers(path: str, found: Document, context: ReadContext) -> Iterator[Finding]:
    """Yield what is wrong with marks themselves, whatever stands between them."""
    listed = path in context.check.settings.texts(CLAIMS)
    declared = generators(context)
    for block in found.blocks:
        place = Place(path=path, line=block.line)
        if not block.closed:
            yield _marker("unclosed-block", f"the block {block.name or block.kind} has no <!-- onward:end -->", place)
        elif block.kind == "generated" and block.name not in declared:
            yield _marker("ungenerated-block", f'no generator is declared for "{block.name}"', place)
        elif block.kind == "claims" and not listed:
            yield _marker("unlisted-claims", f'onward does not check these claims: add "{path}" to {CLAIMS}', place)


def _marker(rule: str, message: str, place: Place) -> Finding:
    subject = f"{place.path} {message}"
    return Finding(rule=rule, tool="onward", message=message, severity=Severity.MEDIUM, place=place, subject=subject)


def _problems(documents: Mapping[str, str | None], blind: frozenset[str]) -> Iterator[Problem]:
    for path in sorted(path for path, text in documents.items() if text is None):
        yield Problem(code="unreadable-document", text=f"{path} is not a text file")
    if blind:
        text = f"the control document's faults were not reported: {', '.join(sorted(blind))}"
        yield Problem(code="control-missed", text=text)


def read_generated(outputs: Outputs, context: ReadContext) -> Reading:
    """Compare blocks and whole files with what their generators print."""
    data = decode(outputs, COLLECTED, Collected)
    declared = list(generators(context))
    printed = {name: outputs.text(generated(index)) for index, name in enumerate(declared)}
    silent = [name for name in declared if not printed[name].strip()]
    texts = {path: text for path, text in data.documents.items() if text is not None}
    found = [(path, block) for path, text in texts.items() for block in document(text).blocks]
    ours = [
        (path, block) for path, block in found if block.kind == "generated" and block.closed and block.name in printed
    ]
    whole = [name for name in declared if name in texts]
    used = {block.name for _, block in ours} | set(whole)
    findings = [
        *(blocks.stale(path, block, printed) for path, block in ours if block.name not in silent),
        *(blocks.stale_file(path, texts[path], printed[path]) for path in whole if path not in silent),
        *(_unused(name) for name in declared if name not in used),
    ]
    return Reading(
        looked_at=(LookedAt(what="generated blocks compared", count=len(ours) + len(whole)),),
        findings=tuple(finding for finding in findings if finding is not None),
        problems=tuple(
            Problem(code="generator-silent", text=f"the generator of {name} printed nothing") for name in silent
        ),
    )


def generated(index: int) -> str:
    """Return the name of the output that a generator's text becomes."""
    return f"generated-{index}.txt"


def _unused(name: str) -> Finding:
    message = f"the generator of {name} has no block and no file of that name"
    return Finding(rule="unused-generator", tool="onward", message=message, severity=Severity.LOW, subject=name)


def read_claims(outputs: Outputs, context: ReadContext) -> Reading:
    """Compare each claim of the listed documents with what this run has shown."""
    data = decode(outputs, COLLECTED, Shown)
    evidence = _evidence(data)
    listed = context.check.settings.texts(CLAIMS)
    texts = {path: text for path, text in data.documents.items() if path in listed}
    found = [(path, block) for path, text in texts.items() for block in document(text or "").blocks]
    ours = [(path, block) for path, block in found if block.kind == "claims"]
    problems = tuple(_unshown(data, listed, ours))
    return Reading(
        looked_at=(LookedAt(what="claims compared", count=sum(blocks.count(block) for _, block in ours)),),
        findings=() if problems else tuple(one for path, block in ours for one in blocks.claims(path, block, evidence)),
        problems=problems,
    )


def _unshown(data: Shown, listed: Sequence[str], ours: Sequence[tuple[str, Block]]) -> Iterator[Problem]:
    """Say what keeps claims from being compared."""
    if not data.tests.reports:
        text = "no gate of this run wrote a test report, so the claims are unverified"
        yield Problem(code="no-evidence", text=text)
    if data.coverage is None and any(blocks.speaks_of_coverage(block) for _, block in ours):
        yield Problem(code="no-evidence", text="this run did not measure coverage, so its claims are unverified")
    for path in sorted(set(listed) - {path for path, _ in ours}):
        yield Problem(code="no-claims", text=f"{path} has no claims block")


def _evidence(data: Shown) -> blocks.Evidence:
    totals = data.coverage
    return blocks.Evidence(
        passed=data.tests.passed,
        total=data.tests.total,
        lines=_percent(totals.covered_lines, totals.num_statements) if totals else None,
        branches=_percent(totals.covered_branches, totals.num_branches) if totals else None,
    )


def _percent(part: int, whole: int) -> float | None:
    return 100.0 * part / whole if whole else None
