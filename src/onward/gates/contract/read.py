"""What the contract gate concludes from its three checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from onward.errors import ReadError
from onward.gates.contract.compare import differences, operations
from onward.gates.contract.options import specification
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.model.measure import Better, Measure
from onward.readers import junit

VALIDATION = "validation.json"
PUBLISHED = "published.json"
SERVED = "served.json"
CASE = "case.json"
CONTROL = "control.json"
REPORT = "report.json"
JUNIT = "junit.xml"
TRAFFIC = "traffic.har"

_FORM = "is not what was expected"
_UNDECLARED = re.compile(r"additional properties are not allowed|additionalProperties|unevaluated", re.IGNORECASE)
# Operations that only ever got one of these answers were counted and not looked at.
_BLIND = {
    "missing_auth": ("not-let-in", "only ever answered 401 or 403; declare login-path or headers in [gates.contract]"),
    "rate_limited": ("rate-limited", "were cut off by a rate limit; raise it in [application.environment]"),
}


def read_validation(outputs: Outputs, context: ReadContext) -> Reading:
    """Return every error of the published document."""
    found = outputs.json(VALIDATION)
    try:
        if found["format"] != 1 or found["complete"] is not True:
            raise ReadError(f"{VALIDATION} is incomplete", where=VALIDATION)
        silent = Problem(code="control-missed", text="the validator let a document without `info` pass")
        return Reading(
            looked_at=(LookedAt(what="operations declared", count=found["operations"], expected=_least(found)),),
            findings=tuple(_invalid(error, context) for error in found["errors"]),
            problems=() if found["control"] else (silent,),
            notes=(f"OpenAPI {found['version']}",),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReadError(f"{VALIDATION} {_FORM} ({error!r})", where=VALIDATION) from error


def _least(found: Mapping[str, Any]) -> int | None:
    """Return how many operations count as having looked: an invalid document may declare none that can be seen."""
    return 0 if found["errors"] else None


def _invalid(error: Mapping[str, str], context: ReadContext) -> Finding:
    place = error["place"] or "the document"
    return Finding(
        rule="invalid-specification",
        tool="openapi-spec-validator",
        message=f"{place}: {error['message']}",
        severity=Severity.HIGH,
        place=Place(path=specification(context.check)),
        subject=f"{place} {error['kind']}",
        url="https://spec.openapis.org/oas/latest.html",
    )


def read_documents(outputs: Outputs, context: ReadContext) -> Reading:
    """Return every difference between what is published and what is served."""
    published, served = outputs.json(PUBLISHED), outputs.json(SERVED)
    try:
        found = tuple(differences(published, served))
        count, served_count = len(operations(published)), len(operations(served))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReadError(f"{PUBLISHED} or {SERVED} {_FORM} ({error!r})", where=PUBLISHED) from error
    return Reading(
        looked_at=(
            LookedAt(what="published operations compared", count=count),
            LookedAt(what="served operations", count=served_count),
        ),
        findings=tuple(
            Finding(
                rule=one.rule,
                tool="onward",
                message=f"{one.subject}: {one.text}",
                severity=Severity.HIGH if one.breaking else Severity.LOW,
                place=Place(path=specification(context.check)),
                subject=one.subject,
            )
            for one in found
        ),
    )


def read_run(outputs: Outputs, context: ReadContext) -> Reading:
    """Return what schemathesis found, and whether it looked at every declared operation."""
    case, control, report = outputs.json(CASE), outputs.json(CONTROL), outputs.json(REPORT)
    texts = dict(junit.failure_texts(outputs.data(JUNIT)))
    try:
        return Reading(
            looked_at=(
                LookedAt(what="operations tested", count=report["operations"]["tested"], expected=case["operations"]),
                LookedAt(what="requests", count=report["test_cases"]["generated"]),
            ),
            findings=tuple(_failures(report, texts, specification(context.check))),
            measures=(
                Measure(name="contract.closed-objects", value=case["closed"], unit="objects", better=Better.HIGHER),
            ),
            problems=tuple(_problems(report, control)),
            notes=tuple(_notes(report, case)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReadError(f"{REPORT} {_FORM} ({error!r})", where=REPORT) from error


def _failures(report: Mapping[str, Any], texts: Mapping[str, str], path: str) -> Iterator[Finding]:
    for failure in report["failures"]:
        for operation in failure["operations"]:
            detail = _detail(texts.get(operation, ""), failure["code"])
            rule = _rule(failure, detail)
            yield Finding(
                rule=rule,
                tool="schemathesis",
                message=f"{operation}: {failure['title']}. {detail}".strip(),
                severity=_severity(failure["severity"]),
                place=Place(path=path),
                subject=operation,
                url=f"https://schemathesis.readthedocs.io/en/stable/reference/checks/#{failure['code'].lower()}",
            )


def _severity(word: str) -> Severity:
    return Severity(word) if word in set(Severity) else Severity.UNKNOWN


def _rule(failure: Mapping[str, Any], detail: str) -> str:
    """Return the kind of failure in small letters; a field that the document does not name has a rule of its own."""
    if failure["type"] == "JsonSchemaError" and _UNDECLARED.search(detail):
        return "undeclared-field"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", failure["type"]).lower()


def _detail(text: str, code: str) -> str:
    """Return what the report says of the first failure with `code`, on one line."""
    _, found, rest = text.partition(f"- {code} ")
    body = (
        re.split(r"\n\s*(?:Reproduce with:|Validated against|- ST\d|\d+\. Test Case)", rest, maxsplit=1)[0]
        if found
        else ""
    )
    return " ".join(body.partition("\n")[2].split())[:800]


def _problems(report: Mapping[str, Any], control: Mapping[str, Any]) -> Iterator[Problem]:
    if not control["failures"]:
        yield Problem(code="control-missed", text="a path that no application serves as declared raised no failure")
    if report["complete"] is not True or report["stop_reason"] != "completed":
        yield Problem(code="incomplete", text=f"the run stopped early: {report['stop_reason']}")
    for error in report["errors"]:
        yield Problem(code="schemathesis-error", text=_said(error))
    for kind, (code, text) in _BLIND.items():
        blind = report["warnings"].get(kind) or []
        if blind:
            yield Problem(code=code, text=f"{len(blind)} operations {text}: {', '.join(map(str, blind))}")


def _said(error: Any) -> str:
    words = [str(error[key]) for key in ("label", "title", "message") if error.get(key)]
    return ": ".join(words)[:500] or str(error)[:500]


def _notes(report: Mapping[str, Any], case: Mapping[str, Any]) -> Iterator[str]:
    yield f"schemathesis {report['schemathesis_version']}, the same requests every time"
    yield f"{case['closed']} objects in answers are closed, {case['left_open']} say that they are open"
    yield from (f"skipped: {reason}" for reason in report["operations"]["skip_reasons"])
    for kind in ("missing_test_data", "validation_mismatch", "low_valid_rate"):
        about = report["warnings"].get(kind) or []
        if about:
            yield f"{kind.replace('_', ' ')}: {', '.join(map(str, about))}"
