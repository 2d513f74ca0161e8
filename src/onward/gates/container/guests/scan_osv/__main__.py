"""Have osv-scanner list an image's packages, and match them one ecosystem at a time, each beside a known-vulnerable package.

One call for everything would not do: where the archive of one ecosystem is missing, the scanner matches nothing at all and
ends as if all were well.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import defaultdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from .....guest.write_shape import write_shape
from ...shapes import Ecosystem, Match, Matches
from ..known_vulnerable import CONTROLS, bill, purl

# a package, a record or a document, as JSON has it
Entry = dict[str, Any]
# ecosystem of OSV → kind in a purl, and the vendor of a distribution
KINDS = {
    "PyPI": ("pypi", ""),
    "npm": ("npm", ""),
    "Go": ("golang", ""),
    "Maven": ("maven", ""),
    "RubyGems": ("gem", ""),
    "crates.io": ("cargo", ""),
    "Packagist": ("composer", ""),
    "NuGet": ("nuget", ""),
    "Debian": ("deb", "debian"),
    "Ubuntu": ("deb", "ubuntu"),
    "Alpine": ("apk", "alpine"),
}
# nothing found, something found, no package; it failed, which is also how it says that it has no data
ANSWERS, FAILED = (0, 1, 128), 127


class Scanner:
    """osv-scanner with the database that it is to use."""

    def __init__(self, program: str, folder: Path, *, live: bool, scratch: Path) -> None:
        self._program = program
        self._database = [] if live else ["--offline", "--local-db-path", str(folder)]
        self._scratch = scratch

    def report(self, name: str, *words: str) -> list[Entry]:
        """Return the packages that one call reports, none when it has no data; ends the program on anything else."""
        out = self._scratch / (name + ".json")
        how = ["--format", "json", "--output-file", str(out), "--all-packages", *self._database]
        code = subprocess.run([self._program, "scan", *words, *how], stdout=subprocess.DEVNULL, check=False).returncode
        if code == FAILED and words[0] == "source":
            return []
        if code not in ANSWERS:
            sys.stderr.write("osv-scanner exited with code %d\n" % code)
            sys.exit(3)
        text = out.read_text(encoding="utf-8") if out.exists() else ""
        found = (json.loads(text).get("results") or []) if text.strip() else []
        return [package for source in found for package in source["packages"]]

    def matched(self, name: str, document: Entry) -> list[Entry]:
        """Return the packages of a bill of materials with what the database knows of them."""
        sbom = self._scratch / (name + ".cdx.json")
        sbom.write_text(json.dumps(document), encoding="utf-8")
        return self.report(name + "-report", "source", "--lockfile", str(sbom))


def located(ecosystem: str, name: str, version: str) -> str:
    """Return the purl of a package of an ecosystem such as "PyPI" or "Debian:12"."""
    base, _, release = ecosystem.partition(":")
    kind, vendor = KINDS[base]
    place = name.replace(":", "/") if kind == "maven" else name
    number = re.sub(r"^v|:.*$", "", release)
    return purl(kind, place, version, vendor=vendor, distro="%s-%s" % (vendor, number) if vendor and number else "")


def component(ecosystem: str, name: str, version: str) -> Entry:
    """Return a package as a component; the scanner looks it up by the component's own name, whatever its purl says."""
    place = located(ecosystem, name, version)
    return {"type": "library", "name": name, "version": version, "purl": place, "bom-ref": place}


def examined(
    scanner: Scanner, number: int, ecosystem: str, packages: list[tuple[str, str]]
) -> tuple[bool, list[Match]]:
    """Match the packages of one ecosystem; return whether the control was found, and what else was."""
    base = ecosystem.partition(":")[0]
    is_found, found = False, []
    if base not in KINDS:
        return False, []
    name, version = CONTROLS[KINDS[base][0]]
    control = (name.replace("/", ":") if base == "Maven" else name, version)
    components = [component(ecosystem, name, version) for name, version in sorted({*packages, control})]
    for entry in scanner.matched("match-%d" % number, bill(components)):
        package, ids = entry["package"], entry.get("vulnerabilities") or []
        if is_same(package, control):
            is_found = bool(ids)
            if control not in packages:
                continue
        found += [short(package, item, entry.get("groups") or []) for item in ids]
    return is_found, found


def is_same(package: Entry, control: tuple[str, str]) -> bool:
    """Return whether a reported package is the control; case and a leading v make no difference."""
    name, version = control
    return (package["name"].lower(), package["version"].lstrip("v")) == (name.lower(), version.lstrip("v"))


def short(package: Entry, record: Entry, groups: list[Entry]) -> Match:
    """Return what a finding needs of one record."""
    group = next((entry for entry in groups if record["id"] in entry.get("ids", ())), {})
    summary = record.get("summary") or record.get("details") or record["id"]
    fixed = {
        event["fixed"]
        for affected in record.get("affected", ())
        for span in affected.get("ranges") or ()
        for event in span.get("events", ())
        if span.get("type") in ("ECOSYSTEM", "SEMVER") and "fixed" in event
    }
    return Match(
        name=package["name"],
        version=package["version"],
        id=record["id"],
        aliases=tuple(sorted({*record.get("aliases", ()), *group.get("aliases", ())})),
        score=group.get("max_severity") or "",
        word=(record.get("database_specific") or {}).get("severity") or "",
        summary=summary.strip().splitlines()[0][:200],
        fixed=tuple(sorted(fixed)),
    )


def by_ecosystem(packages: list[Entry]) -> dict[str, list[tuple[str, str]]]:
    """Return name and version of each package, by ecosystem."""
    sorted_: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for entry in packages:
        package = entry["package"]
        sorted_[package.get("ecosystem") or "unknown"].add((package["name"], package["version"]))
    return {ecosystem: sorted(found) for ecosystem, found in sorted(sorted_.items())}


def age_days(folder: Path, ecosystem: str) -> float | None:
    """Return how old the imported archive of an ecosystem is, None where there is none."""
    path = folder / "osv-scalibr" / ecosystem.partition(":")[0] / "date.txt"
    if not path.exists():
        return None
    moment = datetime.strptime(path.read_text(encoding="ascii")[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    return (datetime.now(timezone.utc) - moment).total_seconds() / 86400


def main() -> None:
    """List, match, and write everything down."""
    parser = argparse.ArgumentParser()
    for name in ("--archive", "--folder", "--scratch", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--scanner", required=True)
    parser.add_argument("--source", choices=("imported", "live"), required=True)
    asked = parser.parse_args()
    live = asked.source == "live"
    asked.scratch.mkdir(parents=True, exist_ok=True)
    scanner = Scanner(asked.scanner, asked.folder, live=live, scratch=asked.scratch)
    found = by_ecosystem(scanner.report("inventory", "image", "--archive", str(asked.archive)))
    records = []
    for number, (ecosystem, packages) in enumerate(found.items()):
        control, matches = examined(scanner, number, ecosystem, packages)
        age = None if live else age_days(asked.folder, ecosystem)
        records.append(Ecosystem(ecosystem, len(packages), control, tuple(matches), age))
    write_shape(asked.out, Matches(asked.source, tuple(records)), indent=1)


if __name__ == "__main__":
    main()
