"""Make a bill of materials that holds one known-vulnerable package for each kind of package that Trivy saw in an image."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from ..known_vulnerable import CONTROLS, bill, purl

# what Trivy calls a kind of package → what a purl calls it
LANGUAGES = {
    "python-pkg": "pypi",
    "conda-pkg": "pypi",
    "node-pkg": "npm",
    "gobinary": "golang",
    "jar": "maven",
    "gemspec": "gem",
    "rustbinary": "cargo",
    "composer-vendor": "composer",
    "dotnet-core": "nuget",
}
DISTRIBUTIONS = {
    **dict.fromkeys(("debian", "ubuntu"), "deb"),
    **dict.fromkeys(("alpine", "wolfi", "chainguard"), "apk"),
    **dict.fromkeys(("redhat", "centos", "rocky", "alma", "oracle", "amazon", "fedora"), "rpm"),
}


def properties(**values: str) -> list[dict[str, str]]:
    """Return properties as Trivy writes them into its own bills of materials."""
    return [{"name": "aquasecurity:trivy:" + name, "value": value} for name, value in values.items()]


def system(family: str, release: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the distribution with its old package, and that the one contains the other."""
    kind = DISTRIBUTIONS[family]
    name, version = CONTROLS[kind]
    upstream, _, revision = version.rpartition("-")
    extra = {"SrcName": "openssl", "SrcVersion": upstream, "SrcRelease": revision, "PkgType": family}
    if kind == "apk":
        extra = {"SrcName": "openssl", "SrcVersion": version, "PkgType": family}
    place = purl(kind, name, version, vendor=family, distro="%s-%s" % (family, release))
    named = {"type": "operating-system", "name": family, "version": release, "bom-ref": "system"}
    package = {"type": "library", "name": name, "version": version, "purl": place, "bom-ref": "package"}
    components = [
        {**named, "properties": properties(Type=family, Class="os-pkgs")},
        {**package, "properties": properties(**extra)},
    ]
    return components, [{"ref": "control", "dependsOn": ["system"]}, {"ref": "system", "dependsOn": ["package"]}]


def library(kind: str) -> dict[str, Any]:
    """Return the old package of one language."""
    name, version = CONTROLS[LANGUAGES[kind]]
    group, _, short = name.rpartition("/") if kind in ("jar", "composer-vendor") else ("", "", name)
    place = purl(LANGUAGES[kind], name, version)
    named = {"type": "library", "name": short, "version": version, "purl": place, "bom-ref": place}
    return {**named, **({"group": group} if group else {}), "properties": properties(PkgType=kind)}


def control(report: dict[str, Any]) -> dict[str, Any]:
    """Return the bill of materials for what a report on an image says that the image holds."""
    components: list[dict[str, Any]] = []
    dependencies: list[dict[str, Any]] = []
    held = (report.get("Metadata") or {}).get("OS") or {}
    if held.get("Family") in DISTRIBUTIONS:
        components, dependencies = system(held["Family"], held["Name"])
    kinds = {result.get("Type") for result in report.get("Results") or () if result.get("Class") == "lang-pkgs"}
    components += [library(kind) for kind in sorted(kinds & set(LANGUAGES))]
    return bill(components, dependencies)


if __name__ == "__main__":
    scanned = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Path(sys.argv[2]).write_text(json.dumps(control(scanned), indent=1), encoding="utf-8")
