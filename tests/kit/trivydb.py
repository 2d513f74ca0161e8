"""A vulnerability database in Trivy's format, a few records large: a Bolt file written page by page."""

from __future__ import annotations

import io
import json
import struct
import tarfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_PAGE = 4096
_MAGIC, _VERSION = 0xED0CDAED, 2
_META, _LEAF, _FREELIST = 0x04, 0x02, 0x10
_SUB_BUCKET = 0x01

Tree = Mapping[str, Any]


class _Pages:
    """Pages that are filled one after the other; the first four are fixed by the format."""

    def __init__(self) -> None:
        self.blocks: dict[int, bytes] = {}
        self.next = 4

    def leaf(self, tree: Tree) -> int:
        """Write a bucket, its sub-buckets first, and return the number of its page."""
        items = []
        for key in sorted(tree):
            value = tree[key]
            if isinstance(value, Mapping):
                items.append((_SUB_BUCKET, key.encode(), struct.pack("<QQ", self.leaf(value), 0)))
            else:
                items.append((0, key.encode(), value))
        return self.put(_LEAF, len(items), _elements(items))

    def put(self, flags: int, count: int, body: bytes, number: int | None = None) -> int:
        """Write one page, with as many more as its body needs."""
        extra = (16 + len(body) - 1) // _PAGE
        if number is None:
            number, self.next = self.next, self.next + 1 + extra
        block = struct.pack("<QHHI", number, flags, count, extra) + body
        self.blocks[number] = block.ljust((1 + extra) * _PAGE, b"\0")
        return number


def _elements(items: list[tuple[int, bytes, bytes]]) -> bytes:
    heads, data, offset = [], [], 0
    for number, (flags, key, value) in enumerate(items):
        position = (len(items) - number) * 16 + offset
        heads.append(struct.pack("<IIII", flags, position, len(key), len(value)))
        data.append(key + value)
        offset += len(key) + len(value)
    return b"".join(heads) + b"".join(data)


def _checksum(data: bytes) -> int:
    """Return the 64-bit FNV-1a hash."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return value


def bolt(tree: Tree) -> bytes:
    """Return a Bolt file that holds `tree`: mappings are buckets, bytes are values."""
    pages = _Pages()
    root = pages.leaf(tree)
    pages.put(_FREELIST, 0, b"", number=2)
    pages.put(_LEAF, 0, b"", number=3)
    for number in (0, 1):
        body = struct.pack("<IIIIQQQQQ", _MAGIC, _VERSION, _PAGE, 0, root, 0, 2, pages.next, number)
        pages.put(_META, 0, body + struct.pack("<Q", _checksum(body)), number=number)
    return b"".join(pages.blocks[number] for number in sorted(pages.blocks))


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


_PIP = "pip::GitHub Security Advisory pip"
# package → identifier, severity, first version without it
_PYTHON = {"jinja2": (("CVE-2024-56326", "HIGH", "3.1.5"), ("CVE-2014-1402", "MEDIUM", "2.7.2"))}
_DEBIAN = {"openssl": (("CVE-2023-0464", "HIGH", "3.0.9-1"),)}


def records() -> Tree:
    """Return what the small database knows: of one Python package, and of one of Debian 12."""
    known = [
        *(entry for many in _PYTHON.values() for entry in many),
        *(entry for many in _DEBIAN.values() for entry in many),
    ]
    source = {"ID": "ghsa", "Name": "GitHub Security Advisory pip", "URL": "https://example.org/advisories"}
    debian = {"ID": "debian", "Name": "Debian Security Tracker", "URL": "https://example.org/debian"}
    return {
        _PIP: {
            name: {
                entry: _json({"VulnerableVersions": [f"<{fixed}"], "PatchedVersions": [fixed]})
                for entry, _, fixed in many
            }
            for name, many in _PYTHON.items()
        },
        "debian 12": {
            name: {entry: _json({"FixedVersion": fixed}) for entry, _, fixed in many} for name, many in _DEBIAN.items()
        },
        "data-source": {_PIP: _json(source), "debian 12": _json(debian)},
        "vulnerability": {
            entry: _json({"Title": f"A hole called {entry}", "Severity": severity}) for entry, severity, _ in known
        },
    }


def archive(path: Path, tree: Tree | None = None) -> Path:
    """Write the archive in which such a database is published, as of today."""
    today = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    about = _json({"Version": 2, "NextUpdate": today, "UpdatedAt": today, "DownloadedAt": today})
    with tarfile.open(path, "w:gz") as packed:
        for name, content in (("trivy.db", bolt(records() if tree is None else tree)), ("metadata.json", about)):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
    return path
