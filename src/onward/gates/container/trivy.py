"""From Trivy's report on an image to findings, and whether its database knows what the image holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from onward.gates.container.database import age
from onward.gates.container.images import Image, of_each
from onward.gates.container.shapes import Database
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext
from onward.readers.decode import decode

_PACKAGES = {"os-pkgs", "lang-pkgs"}


class _Vulnerability(msgspec.Struct, frozen=True, rename="pascal"):
    id: str = msgspec.field(name="VulnerabilityID")
    pkg_name: str
    installed_version: str
    fixed_version: str = ""
    severity: str = ""
    title: str = ""
    description: str = ""
    url: str = msgspec.field(name="PrimaryURL", default="")


class _Result(msgspec.Struct, frozen=True, rename="pascal"):
    """What was found among the packages of one kind."""

    class_: str = msgspec.field(name="Class", default="")
    type: str | None = None
    packages: tuple[object, ...] | None = None
    vulnerabilities: tuple[_Vulnerability, ...] | None = None

    @property
    def kind(self) -> tuple[str, str | None]:
        return self.class_, self.type

    @property
    def count(self) -> int:
        return len(self.packages or ())


class _System(msgspec.Struct, frozen=True, rename="pascal"):
    family: str = ""
    name: str = ""
    end_of_support: bool = msgspec.field(name="EOSL", default=False)

    def __str__(self) -> str:
        return f"{self.family} {self.name}"


class _Metadata(msgspec.Struct, frozen=True):
    system: _System | None = msgspec.field(name="OS", default=None)


class _Control(msgspec.Struct, frozen=True, rename="pascal"):
    results: tuple[_Result, ...] | None = None


class _Report(_Control, frozen=True, kw_only=True, rename="pascal"):
    metadata: _Metadata


def argv(what: str, result: str) -> tuple[str, ...]:
    """Return a Trivy call over its database as it is: nothing is fetched, nothing is sent, nothing is kept."""
    return (
        "{tool:trivy}", what, "--cache-dir", "{trivy.folder}", "--cache-backend", "memory", "--scanners", "vuln",
        "--skip-db-update", "--skip-java-db-update", "--offline-scan", "--disable-telemetry", "--skip-version-check",
        "--no-progress", "--list-all-pkgs", "--format", "json", "--output", "{out}/" + result,
    )  # fmt: skip


def read(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the scans; a kind of package that the control does not cover was not looked at, whatever the report says."""
    return of_each(context.check, lambda image: _scanned(outputs, context, image))


def _scanned(outputs: Outputs, context: ReadContext, image: Image) -> Reading:
    report = decode(outputs, image.called("trivy.json"), _Report)
    control = decode(outputs, image.called("control.json"), _Control)
    database = decode(outputs, "database.json", Database)
    held = [result for result in report.results or () if result.class_ in _PACKAGES and result.packages]
    known = {result.kind for result in control.results or () if result.vulnerabilities}
    covered = sum(entry.count for entry in held if entry.kind in known)
    system = report.metadata.system or _System()
    measures, problems = age(database.age_days, database.source, context, name="Trivy's database")
    total = sum(entry.count for entry in held)
    looked = LookedAt(what=image.about("packages scanned by trivy"), count=covered, expected=max(1, total))
    unknown = tuple(_unknown(entry, system, image) for entry in held if entry.kind not in known)
    return Reading(
        looked_at=(looked,),
        findings=(*_findings(held, image), *_end_of_support(system, image)),
        measures=measures,
        problems=(*problems, *unknown),
        notes=(f"Trivy's database of {database.updated_at[:10]}, {database.source}",),
    )


def _unknown(result: _Result, system: _System, image: Image) -> Problem:
    named = system if result.class_ == "os-pkgs" else result.type
    text = (
        f"Trivy has no data for {named}: it did not report a known vulnerable package, "
        f"so its empty result for {image.about(f'{result.count} packages')} means nothing"
    )
    return Problem(code="control-missed", text=text)


def _findings(held: Iterable[_Result], image: Image) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for entry in (entry for result in held for entry in result.vulnerabilities or ()):
        package = f"{entry.pkg_name} {entry.installed_version}"
        if (entry.id, package) not in seen:
            seen.add((entry.id, package))
            yield _finding(entry, package, image)


def _finding(entry: _Vulnerability, package: str, image: Image) -> Finding:
    word, fixed = entry.severity.lower(), entry.fixed_version
    summary = entry.title or entry.description or entry.id
    return Finding(
        rule=entry.id,
        tool="trivy",
        message=f"{package}: {summary.strip().splitlines()[0][:200]}",
        severity=Severity(word) if word in tuple(Severity) else Severity.UNKNOWN,
        place=Place(path=image.dockerfile),
        subject=image.about(package),
        url=entry.url,
        fix=f"upgrade {entry.pkg_name} to {fixed}" if fixed else f"no fixed version of {entry.pkg_name} is known",
    )


def _end_of_support(system: _System, image: Image) -> Iterator[Finding]:
    if system.end_of_support:
        yield Finding(
            rule="end-of-support",
            tool="trivy",
            message=f"{system} gets no security fixes any more, so new holes in it are not even listed",
            severity=Severity.HIGH,
            place=Place(path=image.dockerfile),
            subject=image.about(str(system)),
            fix="use a supported release as base image",
        )
