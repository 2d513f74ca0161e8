"""Ranges and versions are read as npm itself reads them: with the library that every npm carries along."""

from __future__ import annotations

import json
import shutil
import subprocess
from itertools import product
from pathlib import Path

import pytest

from kit import require
from onward.execute.advisories import match
from onward.execute.provision.node.manifest import NodeManifest
from onward.execute.provision.node.packagers import Locked
from onward.execute.provision.node.packages import Node

pytestmark = pytest.mark.tools

# As npm compares the running Node with `engines`: prereleases are admitted by the range around them.
ASK = """
const semver = require(process.argv[1]);
const [ranges, releases, versions] = JSON.parse(require("fs").readFileSync(0));
const admits = (range, version) => semver.satisfies(version, range, {loose: true, includePrerelease: true});
const compared = (one, other) => semver.valid(one, true) && semver.valid(other, true) && semver.compare(one, other, true);
console.log(JSON.stringify([
  ranges.map(range => semver.validRange(range, true) === null || releases.map(version => admits(range, version))),
  versions.map(one => versions.map(other => compared(one, other))),
]));
"""
RANGES = (
    ">=18.0.0-0|^20.0.0-alpha.1|~>20.1|~> 20.1|v20|=20|20|20.x|20.*|>=20.19|>20|<20|<=20|^0.2.3|^0.0.3|^0|^0.x|~0|~20"
    "|~20.1.2|18 - 20|18.1 - 20.1.1|>= 18|>=18 <19|>=18, <19|*|x||lts/*|node|>=v18|>= v18.0.0|^v20|!20|^20.20.2-rc.1"
    "|20.20.2-rc.1|<21.0.0-0|>=14.x|latest|>=20.0.0+build|^20.1.x|>18.x|<=18.x|1.2.3.4|01.2.3|>=020.1"
)
ALTERNATIVES = (
    ">=18.12.0 <21 || >=22.0.0-rc.1",
    "^20 || >=22",
    "18 || 20 || 22",
    ">=18.0.0 <20.0.0 || >=22.0.0",
    ">=20.0.0 || ^18.18.0",
    "^14.15 || ^16.10 || >=18",
    ">=18.0.0||>=20",
    "||20",
    "20||",
)
RELEASES = [
    "0.0.3",
    "0.0.4",
    "0.2.3",
    "0.2.9",
    "0.3.0",
    "14.15.0",
    "16.10.0",
    "17.9.9",
    "18.0.0",
    "18.12.0",
    "18.20.4",
    "19.0.0",
    "20.0.0",
    "20.1.0",
    "20.1.9",
    "20.2.0",
    "20.19.0",
    "20.20.2",
    "21.0.0",
    "22.0.0",
    "22.11.0",
    "24.1.0",
]
VERSIONS = (
    "1.2.3|v1.2.3|=1.2.3| 1.2.3 |= v1.2.3|1.2.3-1|1.2.3-0|1.2.3-01|1.2.3-1a|1.2.3-alpha|1.2.3-alpha.1|1.2.3-alpha.beta"
    "|1.2.3-beta|1.2.3-beta.2|1.2.3-beta.11|1.2.3-rc.1|1.2.3beta|1.2.3+b|01.2.3|1.2.3.4|1.2.3-a-b|1.2.3--|1.10.0|1.9.0"
    "|2.0.0-alpha|0.0.0|latest|1.2.x|"
)


@pytest.fixture(scope="module")
def answers() -> tuple[list[bool | list[bool]], list[list[int | None]]]:
    node = require.program("node")
    carried = Path(shutil.which("npm") or "npm").resolve().parent.parent / "node_modules" / "semver"
    if not carried.is_dir():
        require.absent("npm", "install Node with its npm")
    asked = json.dumps([ranges(), RELEASES, VERSIONS.split("|")]).encode()
    said = subprocess.run([node, "-e", ASK, str(carried)], input=asked, capture_output=True, check=True)
    admitted, compared = json.loads(said.stdout)
    return admitted, compared


def ranges() -> list[str]:
    return [*RANGES.split("|"), *ALTERNATIVES]


def test_a_node_is_admitted_as_npm_does(answers: tuple[list[bool | list[bool]], list[list[int | None]]]) -> None:
    lock = Locked(file="package-lock.json", packager=None)
    wanted = [NodeManifest(locked=lock, files=(), range=entry, range_from="", has_scripts=False) for entry in ranges()]
    nodes = [Node(bin=Path("/"), version=version, source="path") for version in RELEASES]
    ours = {entry.range: [entry.admits(node) for node in nodes] for entry in wanted}
    npms = {
        entry: [True] * len(RELEASES) if answer is True else answer
        for entry, answer in zip(ranges(), answers[0], strict=True)
    }
    assert ours == npms


def test_versions_are_ordered_as_npm_does(answers: tuple[list[bool | list[bool]], list[list[int | None]]]) -> None:
    def compared(one: str, other: str) -> int | None:
        event = [{"type": "SEMVER", "events": [{"introduced": other}]}]
        before = [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": other}]}]
        if match.is_undetermined({"affected": [{"ranges": event}]}, one, "npm"):
            return None
        if match.is_undetermined({"affected": [{"ranges": event}]}, other, "npm"):
            return None
        package = {"ecosystem": "npm", "name": "it"}
        at_least, below = (
            match.affects({"affected": [{"package": package, "ranges": ranges}]}, "it", one, "npm")
            for ranges in (event, before)
        )
        equal = match.affects({"affected": [{"package": package, "versions": [other]}]}, "it", one, "npm")
        assert at_least is not below
        return 0 if equal else 1 if at_least else -1

    versions = VERSIONS.split("|")
    ours = {(entry, other): compared(entry, other) for entry, other in product(versions, versions)}
    flat = [answer if isinstance(answer, int) else None for row in answers[1] for answer in row]
    npms = dict(zip(product(versions, versions), flat, strict=True))
    assert {pair: answer for pair, answer in ours.items() if answer != npms[pair]} == {}
