"""SARIF 2.1.0: results that no suppression covers, and what the log says about what was looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import msgspec

from onward.errors import ReadError
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import NOWHERE, Finding, Place, Severity
from onward.model.gate import ReadContext
from onward.readers.decode import decoded

# a part of a log: SARIF lets a tool leave out nearly everything, or write null for it
Node = Mapping[str, Any]
_NAME = "SARIF"
_LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "note": Severity.LOW, "none": Severity.INFO}
# from the score that scanners attach to rules, least first
_SCORES = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.0, Severity.LOW))
_NOT_FOUND = {"pass", "notApplicable", "informational"}


class _Log(msgspec.Struct, frozen=True):
    version: Literal["2.1.0"]
    runs: tuple[dict[str, object], ...]


def read(data: bytes, context: ReadContext) -> Reading:
    """Return the results of every run; ReadError when it is not SARIF 2.1.0.

    Files that the log lists count as looked at; where it lists none, invocations that say that they succeeded do.
    """
    log = decoded(data, _NAME, _Log)
    try:
        runs = [_Run.of(run, context) for run in log.runs]
        results = [(run, result) for run in runs for result in run.results]
        findings = tuple(run.finding(result) for run, result in results if _counts(result))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise ReadError(f"{_NAME}: does not conform to SARIF 2.1.0 ({error!r})", where=_NAME) from error
    skipped = sum(1 for _, result in results if _is_suppressed(result))
    return Reading(
        looked_at=(_looked_at(runs),),
        findings=findings,
        problems=tuple(problem for run in runs for problem in run.problems()),
        notes=(f"{skipped} results are suppressed in the source",) if skipped else (),
    )


def _looked_at(runs: Sequence[_Run]) -> LookedAt:
    files = sum(len(run.artifacts) for run in runs)
    if files:
        return LookedAt(what="files in the log", count=files)
    succeeded = sum(1 for run in runs for one in run.invocations if one.get("executionSuccessful") is True)
    return LookedAt(what="successful invocations", count=succeeded)


def _counts(result: Node) -> bool:
    gone = result.get("baselineState") == "absent"
    return not gone and result.get("kind", "fail") not in _NOT_FOUND and not _is_suppressed(result)


def _is_suppressed(result: Node) -> bool:
    states = [suppression.get("status", "accepted") for suppression in result.get("suppressions") or ()]
    return bool(states) and all(state == "accepted" for state in states)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run of a log; everything that results refer to by position or id."""

    tool: str
    rules: Sequence[Node]
    results: Sequence[Node]
    artifacts: Sequence[Node]
    invocations: Sequence[Node]
    bases: Node
    context: ReadContext

    @classmethod
    def of(cls, run: Node, context: ReadContext) -> _Run:
        driver = run["tool"]["driver"]
        extensions = [rule for part in run["tool"].get("extensions") or () for rule in part.get("rules") or ()]
        return cls(
            tool=str(driver["name"]),
            rules=[*(driver.get("rules") or ()), *extensions],
            # absent results mean that the tool did not get as far as looking
            results=run["results"],
            artifacts=run.get("artifacts") or (),
            invocations=run.get("invocations") or (),
            bases=run.get("originalUriBaseIds") or {},
            context=context,
        )

    def problems(self) -> Iterator[Problem]:
        """Yield what the tool itself says went wrong."""
        for one in self.invocations:
            if one.get("executionSuccessful") is False:
                why = one.get("exitCodeDescription") or "no reason"
                yield Problem(code="tool-failed", text=f"{self.tool} reports that it failed: {why}")
            told = (*(one.get("toolExecutionNotifications") or ()), *(one.get("toolConfigurationNotifications") or ()))
            for notice in told:
                if notice.get("level") == "error":
                    text = (notice.get("message") or {}).get("text") or "no message"
                    yield Problem(code="tool-error", text=f"{self.tool} reports an error: {text}")

    def finding(self, result: Node) -> Finding:
        """Return one result as a finding."""
        rule = self._rule(result)
        fixes = result.get("fixes") or ()
        return Finding(
            rule=self._rule_id(result, rule),
            tool=self.tool,
            message=_message(result["message"], rule),
            severity=_severity(result, rule),
            place=self._place(result),
            url=str(rule.get("helpUri") or ""),
            fix=str(((fixes[0].get("description") or {}).get("text") or "") if fixes else ""),
        )

    def _rule_id(self, result: Node, rule: Node) -> str:
        found = result.get("ruleId") or (result.get("rule") or {}).get("id") or rule.get("id")
        return str(found or "unnamed")

    def _rule(self, result: Node) -> Node:
        named = result.get("ruleId") or (result.get("rule") or {}).get("id")
        by_id = next((rule for rule in self.rules if rule.get("id") == named), None)
        index = result.get("ruleIndex", (result.get("rule") or {}).get("index", -1))
        if by_id is not None:
            return by_id
        return self.rules[index] if 0 <= index < len(self.rules) and named is None else {}

    def _place(self, result: Node) -> Place:
        locations = result.get("locations") or ()
        physical = locations[0].get("physicalLocation") if locations else None
        if not physical:
            return NOWHERE
        region = physical.get("region") or {}
        return Place(
            path=self._path(physical.get("artifactLocation") or {}),
            line=region.get("startLine"),
            column=region.get("startColumn"),
            end_line=region.get("endLine"),
            end_column=region.get("endColumn"),
        )

    def _path(self, location: Node) -> str | None:
        index = location.get("index", -1)
        if "uri" not in location and 0 <= index < len(self.artifacts):
            location = self.artifacts[index].get("location") or {}
        if "uri" not in location:
            return None
        base = str((self.bases.get(location.get("uriBaseId", "")) or {}).get("uri") or "")
        parts = urlsplit(str(location["uri"]))
        if parts.scheme not in {"", "file"}:
            return str(location["uri"])
        path = unquote(parts.path)
        return self.context.relative(path if path.startswith("/") else unquote(urlsplit(base).path) + path)


def _message(message: Node, rule: Node) -> str:
    text = message.get("text") or message.get("markdown")
    if text is None:
        text = ((rule.get("messageStrings") or {}).get(message["id"]) or {})["text"]
    for number, argument in enumerate(message.get("arguments") or ()):
        text = text.replace(f"{{{number}}}", str(argument))
    return str(text)


def _severity(result: Node, rule: Node) -> Severity:
    score = (result.get("properties") or {}).get("security-severity")
    score = (rule.get("properties") or {}).get("security-severity") if score is None else score
    if score is not None:
        return next((severity for least, severity in _SCORES if float(score) >= least), Severity.LOW)
    if result.get("kind", "fail") != "fail":
        return Severity.UNKNOWN
    usual = (rule.get("defaultConfiguration") or {}).get("level", "warning")
    return _LEVELS.get(result.get("level", usual), Severity.UNKNOWN)
