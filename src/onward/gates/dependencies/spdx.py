"""What packages say of their licence, as SPDX expressions, and what such an expression permits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from onward.gates.dependencies.shapes import Said

# The words in which licences are named outside of SPDX, in small letters. Where the words do not say which one of a
# family is meant, the name says so as well (LicenseRef-…).
_WORDS = {
    "mit": "MIT", "mit license": "MIT", "the mit license": "MIT", "the mit license (mit)": "MIT", "expat": "MIT",
    "mit no attribution license (mit-0)": "MIT-0",
    "bsd": "LicenseRef-BSD", "bsd license": "LicenseRef-BSD", "new bsd": "BSD-3-Clause", "new bsd license": "BSD-3-Clause",
    "modified bsd license": "BSD-3-Clause", "3-clause bsd license": "BSD-3-Clause", "bsd 3-clause": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause", "bsd-3-clause license": "BSD-3-Clause", "2-clause bsd license": "BSD-2-Clause",
    "simplified bsd license": "BSD-2-Clause", "bsd 2-clause": "BSD-2-Clause", "3-clause bsd": "BSD-3-Clause",
    "apache": "LicenseRef-Apache", "apache license": "LicenseRef-Apache", "apache software license": "Apache-2.0",
    "apache 2.0": "Apache-2.0", "apache 2": "Apache-2.0", "apache-2": "Apache-2.0", "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0", "apache license version 2.0": "Apache-2.0",
    "apache 2.0 license": "Apache-2.0", "apache-2.0 license": "Apache-2.0",
    "apache software license 2.0": "Apache-2.0", "asl 2.0": "Apache-2.0",
    "isc license": "ISC", "isc license (iscl)": "ISC", "the unlicense (unlicense)": "Unlicense", "zlib/libpng license": "Zlib",
    "python software foundation license": "PSF-2.0", "psf": "PSF-2.0", "psf license": "PSF-2.0", "psfl": "PSF-2.0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0", "mpl 2.0": "MPL-2.0", "mozilla public license 2.0": "MPL-2.0",
    "mozilla public license 1.1 (mpl 1.1)": "MPL-1.1", "mpl": "LicenseRef-MPL",
    "boost software license 1.0 (bsl-1.0)": "BSL-1.0", "academic free license (afl)": "LicenseRef-AFL",
    "artistic license": "LicenseRef-Artistic", "historical permission notice and disclaimer (hpnd)": "HPND",
    "zope public license": "LicenseRef-ZPL", "public domain": "LicenseRef-Public-Domain",
    "cc0 1.0 universal (cc0 1.0) public domain dedication": "CC0-1.0", "eclipse public license 2.0 (epl-2.0)": "EPL-2.0",
    "european union public licence 1.2 (eupl 1.2)": "EUPL-1.2", "universal permissive license (upl)": "UPL-1.0",
    "blue oak model license (blueoak-1.0.0)": "BlueOak-1.0.0", "mulan permissive software license v2 (mulanpsl-2.0)": "MulanPSL-2.0",
}  # fmt: skip
_GNU = re.compile(
    r"^(?:(?:the )?gnu )?(?P<kind>lesser general public licen[sc]e|library or lesser general public licen[sc]e|"
    r"affero general public licen[sc]e|general public licen[sc]e|agpl|lgpl|gpl)[\s,-]*(?:licen[sc]e\s*)?"
    r"(?:version\s*|v\s*)?(?P<version>[123](?:\.[01])?)?(?P<later>\s*\+|.*or (?:later|newer)|.*\+\))?",
)
_KINDS = {"lesser": "LGPL", "library": "LGPL", "affero": "AGPL", "general": "GPL"}


def stated(package: Said) -> str | None:
    """Return the SPDX expression for what a package says of its licence, None where it says nothing that can be read.

    Its expression decides; else its License field; else its classifiers, several of which hold at once.
    """
    for text in (package.expression, package.field):
        read = expression(text)
        if read is not None:
            return read
    named = [_of_words(one.rpartition(" :: ")[2]) for one in package.classifiers if one != "License :: OSI Approved"]
    if not named or None in named:
        return None
    return " AND ".join(sorted({entry for entry in named if entry}))


def expression(text: str) -> str | None:
    """Return `text` as a canonical SPDX expression, None when it is none and no usual name either."""
    line = " ".join(text.split()[:12]) if len(text) > 200 else " ".join(text.split())
    if not line or line.upper() in {"UNKNOWN", "NONE", "OTHER", "SEE LICENSE", "LICENSE"}:
        return None
    try:
        # a LicenseRef of a package's own says that there is a text somewhere, not what it permits
        canonical = str(canonicalize_license_expression(line))
    except InvalidLicenseExpression:
        return _of_words(line)
    return None if "LicenseRef-" in canonical else canonical


def _of_words(words: str) -> str | None:
    small = words.strip().rstrip(".").lower()
    if small in _WORDS:
        return _WORDS[small]
    gnu = _GNU.match(small)
    if gnu is None:
        # the text of a licence begins with its name
        return next((spdx for begins, spdx in _TEXTS if small.startswith(begins)), None)
    kind = gnu["kind"]
    family = _KINDS.get(kind.split()[0], kind.upper())
    if not gnu["version"]:
        return f"LicenseRef-{family}"
    version = gnu["version"] if "." in gnu["version"] else f"{gnu['version']}.0"
    return f"{family}-{version}-{'or-later' if gnu['later'] else 'only'}"


_TEXTS = (("mit license copyright", "MIT"), ("the mit license", "MIT"), ("apache license version 2.0", "Apache-2.0"))


def is_unclear(read: str) -> bool:
    """Return whether the expression names a family of which some members are denied as a rule (GPL without version)."""
    return any(f"LicenseRef-{family}" in read.split() for family in ("GPL", "AGPL"))


def denied_in(read: str, denied: Sequence[str]) -> tuple[str, ...]:
    """Return the denied licences that nobody who uses the package gets around: of alternatives, all are denied."""
    return tuple(dict.fromkeys(_inescapable(_parsed(read), denied)))


@cache
def _parsed(read: str) -> Any:
    from license_expression import Licensing  # noqa: PLC0415  # only where licences are judged

    return Licensing().parse(read)


def _inescapable(node: Any, denied: Sequence[str]) -> list[str]:
    branches = [_inescapable(arg, denied) for arg in node.args]
    if branches:
        free = node.operator.strip() == "OR" and not all(branches)
        return [] if free else [entry for branch in branches for entry in branch]
    licence = str(getattr(node, "license_symbol", node).key)
    return [licence] if is_denied(licence, denied) else []


def is_denied(licence: str, denied: Iterable[str]) -> bool:
    """Return whether a licence is one of `denied`; without a suffix, an entry means every form of that version."""
    base = re.sub(r"(-only|-or-later|\+)$", "", licence).lower()
    wanted = {entry.lower() for entry in denied}
    return licence.lower() in wanted or base in wanted
