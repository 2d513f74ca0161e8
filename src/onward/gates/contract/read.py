"""What the contract gate concludes from its three checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from onward.errors import ReadError
from onward.gates.contract.compare import differences, operations
from onward.gates.contract.options import specification
from onward.gates.contract.shapes import Case, Invalid, Validation
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.model.measure import Better, Measure
from onward.readers import junit
from onward.readers.decode import decode

VALIDATION = "validation.json"
PUBLISHED = "published.json"
SERVED = "served.json"
CASE = "case.json"
CONTROL = "control.json"
REPORT = "report.json"
JUNIT = "junit.xml"
TRAFFIC = "traffic.har"

_UNDECLARED = re.compile(r"additional properties are not allowed|additionalProperties|unevaluated", re.IGNORECASE)
# Operations that only ever got one of these answers were counted and not looked at.
_BLIND = {
    "missing_auth": ("not-let-in", "answered only 401 or 403; set login-path or headers in [gates.contract]"),
    "rate_limited": ("rate-limited", "answered only 429; raise the rate limit in [application.environment]"),
}


def read_validation(outputs: Outputs, context: ReadContext) -> Reading:
    """Return every error of the published document."""
    found = decode(outputs, VALIDATION, Validation)
    silent = Problem(code="control-missed", text="the validator accepted a control document without `info`")
    # an invalid document may declare no operation that can be seen
    least = 0 if found.errors else None
    return Reading(
        looked_at=(LookedAt(what="operations declared", count=found.operations, expected=least),),
        findings=tuple(_invalid(error, context) for error in found.errors),
        problems=() if found.control else (silent,),
        notes=(f"OpenAPI {found.version}",),
    )


def _invalid(error: Invalid, context: ReadContext) -> Finding:
    place = error.place or "the document"
    return Finding(
        rule="invalid-specification",
        tool="openapi-spec-validator",
        message=f"{place}: {error.message}",
        severity=Severity.HIGH,
        place=Place(path=specification(context.check)),
        subject=f"{place} {error.kind}",
        url="https://spec.openapis.org/oas/latest.html",
    )


def read_documents(outputs: Outputs, context: ReadContext) -> Reading:
    """Return every difference between what is published and what is served."""
    published, served = (decode(outputs, name, dict[str, object]) for name in (PUBLISHED, SERVED))
    try:
        found = tuple(differences(published, served))
        count, served_count = len(operations(published)), len(operations(served))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # documents of OpenAPI have no shape that could be declared: what is wrong inside shows where it is compared
        text = f"{PUBLISHED} or {SERVED}: does not conform to OpenAPI ({error!r})"
        raise ReadError(text, where=PUBLISHED) from error
    return Reading(
        looked_at=(
            LookedAt(what="published operations compared", count=count),
            LookedAt(what="served operations", count=served_count),
        ),
        findings=tuple(
            Finding(
                rule=entry.rule,
                tool="onward",
                message=f"{entry.subject}: {entry.text}",
                severity=Severity.HIGH if entry.breaking else Severity.LOW,
                place=Place(path=specification(context.check)),
                subject=entry.subject,
            )
            for entry in found
        ),
    )


class _Operations(msgspec.Struct, frozen=True):
    tested: int
    skip_reasons: tuple[str, ...]


class _Cases(msgspec.Struct, frozen=True):
    generated: int


class _Failure(msgspec.Struct, frozen=True):
    type: str
    code: str
    title: str
    severity: str
    operations: tuple[str, ...]


class _Control(msgspec.Struct, frozen=True):
    failures: tuple[_Failure, ...]


class _Error(msgspec.Struct, frozen=True):
    label: str | None = None
    title: str | None = None
    message: str | None = None

    def __str__(self) -> str:
        words = filter(None, (self.label, self.title, self.message))
        return ": ".join(words)[:500] or "no message"


class _Report(_Control, frozen=True):
    """schemathesis's report; `whole` and `stop_reason` say whether the run came to its end."""

    schemathesis_version: str
    whole: bool = msgspec.field(name="complete")
    stop_reason: str
    operations: _Operations
    test_cases: _Cases
    errors: tuple[_Error, ...]
    warnings: dict[str, tuple[object, ...] | None]


def read_run(outputs: Outputs, context: ReadContext) -> Reading:
    """Return what schemathesis found, and whether it looked at every declared operation."""
    case, report = decode(outputs, CASE, Case), decode(outputs, REPORT, _Report)
    control = decode(outputs, CONTROL, _Control)
    texts = dict(junit.failure_texts(outputs.data(JUNIT)))
    return Reading(
        looked_at=(
            LookedAt(what="operations tested", count=report.operations.tested, expected=case.operations),
            LookedAt(what="requests", count=report.test_cases.generated),
        ),
        findings=tuple(_failures(report, texts, specification(context.check))),
        measures=(Measure(name="contract.closed-objects", value=case.closed, unit="objects", better=Better.HIGHER),),
        problems=tuple(_problems(report, control)),
        notes=tuple(_notes(report, case)),
    )


def _failures(report: _Report, texts: Mapping[str, str], path: str) -> Iterator[Finding]:
    for failure in report.failures:
        for operation in failure.operations:
            detail = _detail(texts.get(operation, ""), failure.code)
            rule = _rule(failure, detail)
            yield Finding(
                rule=rule,
                tool="schemathesis",
                message=f"{operation}: {failure.title}. {detail}".strip(),
                severity=_severity(failure.severity),
                place=Place(path=path),
                subject=operation,
                url=f"https://schemathesis.readthedocs.io/en/stable/reference/checks/#{failure.code.lower()}",
            )


def _severity(word: str) -> Severity:
    return Severity(word) if word in set(Severity) else Severity.UNKNOWN


def _rule(failure: _Failure, detail: str) -> str:
    """Return the kind of failure in small letters; a field that the document does not name has a rule of its own."""
    if failure.type == "JsonSchemaError" and _UNDECLARED.search(detail):
        return "undeclared-field"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", failure.type).lower()


def _detail(text: str, code: str) -> str:
    """Return what the report says of the first failure with `code`, on one line."""
    _, found, rest = text.partition(f"- {code} ")
    body = (
        re.split(r"\n\s*(?:Reproduce with:|Validated against|- ST\d|\d+\. Test Case)", rest, maxsplit=1)[0]
        if found
        else ""
    )
    return " ".join(body.partition("\n")[2].split())[:800]


def _problems(report: _Report, control: _Control) -> Iterator[Problem]:
    if not control.failures:
        yield Problem(code="control-missed", text="schemathesis missed that nothing serves the control path")
    if not report.whole or report.stop_reason != "completed":
        yield Problem(code="incomplete", text=f"the run stopped early: {report.stop_reason}")
    for error in report.errors:
        yield Problem(code="schemathesis-error", text=str(error))
    for kind, (code, text) in _BLIND.items():
        blind = report.warnings.get(kind) or ()
        if blind:
            yield Problem(code=code, text=f"{len(blind)} operations {text}: {', '.join(map(str, blind))}")


def _notes(report: _Report, case: Case) -> Iterator[str]:
    yield f"schemathesis {report.schemathesis_version}, the same requests every time"
    yield f"{case.closed} objects in answers are closed, {case.left_open} say that they are open"
    yield from (f"skipped: {reason}" for reason in report.operations.skip_reasons)
    for kind in ("missing_test_data", "validation_mismatch", "low_valid_rate"):
        about = report.warnings.get(kind) or ()
        if about:
            yield f"{kind.replace('_', ' ')}: {', '.join(map(str, about))}"
