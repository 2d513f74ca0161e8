"""Packages that every honest vulnerability database knows something of: one for each kind that an image may hold."""

from __future__ import annotations

# kind of package in a purl → name, a version that has been vulnerable for years
CONTROLS = {
    "pypi": ("jinja2", "2.4"),
    "npm": ("lodash", "4.17.4"),
    "golang": ("golang.org/x/crypto", "v0.1.0"),
    "maven": ("org.apache.logging.log4j/log4j-core", "2.14.0"),
    "gem": ("rack", "1.0.0"),
    "cargo": ("time", "0.1.42"),
    "composer": ("symfony/http-kernel", "2.3.0"),
    "nuget": ("Newtonsoft.Json", "12.0.1"),
    "deb": ("openssl", "1.0.0-1"),
    "apk": ("openssl", "1.0.0-r0"),
    "rpm": ("openssl-libs", "1.0.0-1"),
}


def purl(kind: str, name: str, version: str, *, vendor: str = "", distro: str = "") -> str:
    """Return a package URL; `vendor` and `distro` are those of a distribution's package."""
    place = "/".join(part for part in (kind, vendor, name) if part)
    return "pkg:%s@%s%s" % (place, version.replace("+", "%2B"), "?distro=" + distro if distro else "")


def bill(components: list[dict[str, object]], dependencies: list[dict[str, object]] | None = None) -> dict[str, object]:
    """Return a CycloneDX bill of materials with these components."""
    root = {"type": "container", "name": "control", "bom-ref": "control"}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": root},
        "components": components,
        "dependencies": dependencies or [],
    }
