"""From Trivy's report on an image to findings, and whether its database knows what the image holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from onward.errors import ReadError
from onward.gates.container.database import age
from onward.gates.container.images import Image, of_each
from onward.model.evidence import LookedAt, Problem, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import Outputs, ReadContext

_PACKAGES = {"os-pkgs", "lang-pkgs"}


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
    name = image.called("trivy.json")
    report, control = outputs.json(name), outputs.json(image.called("control.json"))
    database = outputs.json("database.json")
    try:
        held = [one for one in report.get("Results") or () if one.get("Class") in _PACKAGES and one.get("Packages")]
        known = {_kind(one) for one in control.get("Results") or () if one.get("Vulnerabilities")}
        covered = sum(len(one["Packages"]) for one in held if _kind(one) in known)
        system = report["Metadata"].get("OS") or {}
        findings = (*_findings(held, image), *_end_of_support(system, image))
        measures, problems = age(database["age_days"], database["source"], context, name="Trivy's database")
    except (KeyError, TypeError, AttributeError) as error:
        raise ReadError(f"Trivy's report is not shaped as expected ({error!r})", where=name) from error
    total = sum(len(one["Packages"]) for one in held)
    looked = LookedAt(what=image.about("packages scanned by trivy"), count=covered, expected=max(1, total))
    unknown = tuple(_unknown(one, system, image) for one in held if _kind(one) not in known)
    return Reading(
        looked_at=(looked,),
        findings=findings,
        measures=measures,
        problems=(*problems, *unknown),
        notes=(f"Trivy's database of {str(database['updated_at'])[:10]}, {database['source']}",),
    )


def _kind(result: Mapping[str, Any]) -> tuple[str, str]:
    return str(result["Class"]), str(result.get("Type"))


def _unknown(result: Mapping[str, Any], system: Mapping[str, Any], image: Image) -> Problem:
    named = f"{system.get('Family')} {system.get('Name')}" if result["Class"] == "os-pkgs" else result.get("Type")
    text = (
        f"Trivy's database knows nothing of {named}: a package that is known to be vulnerable was not found, "
        f"so its silence about {image.about(str(len(result['Packages'])) + ' packages')} means nothing"
    )
    return Problem(code="control-missed", text=text)


def _findings(held: list[Mapping[str, Any]], image: Image) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for entry in (entry for result in held for entry in result.get("Vulnerabilities") or ()):
        package = f"{entry['PkgName']} {entry['InstalledVersion']}"
        if (entry["VulnerabilityID"], package) in seen:
            continue
        seen.add((entry["VulnerabilityID"], package))
        yield _finding(entry, package, image)


def _finding(entry: Mapping[str, Any], package: str, image: Image) -> Finding:
    word, fixed = str(entry.get("Severity", "")).lower(), entry.get("FixedVersion")
    summary = entry.get("Title") or entry.get("Description") or entry["VulnerabilityID"]
    return Finding(
        rule=entry["VulnerabilityID"],
        tool="trivy",
        message=f"{package}: {str(summary).strip().splitlines()[0][:200]}",
        severity=Severity(word) if word in tuple(Severity) else Severity.UNKNOWN,
        place=Place(path=image.dockerfile),
        subject=image.about(package),
        url=entry.get("PrimaryURL") or "",
        fix=f"upgrade {entry['PkgName']} to {fixed}" if fixed else f"no fixed version of {entry['PkgName']} is known",
    )


def _end_of_support(system: Mapping[str, Any], image: Image) -> Iterator[Finding]:
    if system.get("EOSL"):
        named = f"{system.get('Family')} {system.get('Name')}"
        yield Finding(
            rule="end-of-support",
            tool="trivy",
            message=f"{named} gets no security fixes any more, so new holes in it are not even listed",
            severity=Severity.HIGH,
            place=Place(path=image.dockerfile),
            subject=image.about(named),
            fix="build on a release that is supported",
        )
