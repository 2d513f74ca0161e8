"""Complete a CycloneDX bill of materials with what JavaScript locks name, and check it against CycloneDX's own schema.

Arguments: FOLDER: reads FOLDER/python.cdx.json and locks.json, writes FOLDER/sbom.cdx.json and
sbom-check.json. Runs in the environment of the tool that wrote the Python part, whose library holds the schema.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from typing import Any
from urllib.parse import quote

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.license import LicenseExpression
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from .....guest.write_shape import write_shape
from ...shapes import Checked

# a part of a lock's list or of a bill of materials
Entry = dict[str, Any]
ALGORITHMS = {"sha1": "SHA-1", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}


def purl(one: Entry) -> str:
    """Return the package URL of an npm package."""
    scope, slash, name = one["name"].rpartition("/")
    return "pkg:npm/%s%s@%s" % (quote(scope, safe="") + slash, quote(name), quote(one["version"]))


def hashes(integrity: str) -> list[dict[str, str]]:
    """Return the digests of a lock's integrity value, which are base64 there and hexadecimal here."""
    found = []
    for word in integrity.split():
        name, _, value = word.partition("-")
        if name in ALGORITHMS:
            found.append({"alg": ALGORITHMS[name], "content": base64.b64decode(value.partition("?")[0]).hex()})
    return found


def component(one: Entry) -> Entry:
    """Return an npm package as a component."""
    made = {
        "type": "library",
        "bom-ref": purl(one),
        "name": one["name"],
        "version": one["version"],
        "purl": purl(one),
        "scope": "excluded" if one["dev"] else "required",
    }
    digests, own = hashes(one["integrity"]), one["integrity"].partition("yarn-")[2]
    more = {
        "hashes": digests,
        "licenses": licences(one["licence"]) if one["licence"] else [],
        # of the archive as Yarn packs it anew: no hash of what the registry serves
        "properties": [{"name": "onward:yarn-checksum", "value": own}] if own else [],
    }
    return {**made, **{name: value for name, value in more.items() if value}}


def licences(words: str) -> list[Entry]:
    """Return a lock's word for a licence: an expression, else SPDX's identifier where there is one, else a name."""
    found = LicenseFactory().make_from_string(words)
    if isinstance(found, LicenseExpression):
        return [{"expression": found.value}]
    return [{"license": {"id": found.id} if found.id else {"name": found.name}}]


def javascript(locks: Entry) -> list[Entry]:
    """Return the components of all JavaScript locks, each once; what some lock ships is required."""
    found: dict[str, Entry] = {}
    for entries in locks["head"].values():
        for entry in entries or ():
            if entry["ecosystem"] == "npm" and found.get(purl(entry), {}).get("scope") != "required":
                found[purl(entry)] = component(entry)
    return [found[ref] for ref in sorted(found)]


def read(folder: str, name: str) -> Any:
    """Return a JSON file of the folder."""
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return json.load(file)


def main(folder: str) -> None:
    """Write the whole bill and what its schema says of it."""
    bill = read(folder, "python.cdx.json")
    bill.setdefault("components", []).extend(javascript(read(folder, "locks.json")))
    text = json.dumps(bill, indent=1)
    error = JsonStrictValidator(SchemaVersion.from_version(bill["specVersion"])).validate_str(text)
    with open(os.path.join(folder, "sbom.cdx.json"), "w", encoding="utf-8") as file:
        file.write(text + "\n")
    checked = Checked(bill["specVersion"], None if error is None else str(error.data)[:500])
    write_shape(os.path.join(folder, "sbom-check.json"), checked)


if __name__ == "__main__":
    main(sys.argv[1])
