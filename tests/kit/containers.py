"""The shop in an image, and databases with which scanners can look at it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kit import invocations, shop, trivydb
from kit.invocations import Onward

DOCKERFILE = """ARG BASE=debian:12-slim

FROM ${BASE}
WORKDIR /srv
COPY app ./app
USER 10001
HEALTHCHECK --interval=10s --timeout=5s \\
    CMD ["python3", "-c", "import app.orders"]
CMD ["python3", "-m", "app.orders"]
"""
# a second image beside the shop's, on the same base
PROXY = {
    "proxy/Dockerfile": """ARG BASE=debian:12-slim

FROM ${BASE}
COPY proxy.conf /etc/proxy.conf
USER 10002
HEALTHCHECK CMD ["test", "-f", "/etc/proxy.conf"]
""",
    "proxy/proxy.conf": "listen 8080\n",
}
FAULTY_PROXY = f"""{PROXY["proxy/Dockerfile"].partition("USER")[0]}
RUN mkdir -p /opt/site-packages/jinja2-2.11.2.dist-info \\
    && printf 'Metadata-Version: 2.1\\nName: jinja2\\nVersion: 2.11.2\\n' \\
    > /opt/site-packages/jinja2-2.11.2.dist-info/METADATA
RUN printf 'ACCESS_TOKEN = "%s"\\n' "{"gh" + "p_" + hashlib.sha256(b"proxy").hexdigest()[:36]}" > /etc/settings.py
"""
SETTINGS = """
[gates.container]
build-args = ["BASE={base}"]
scanners = ["trivy", "osv-scanner"]
advisories-max-age = "40000d"
"""
PYPI = (*invocations.RECORDS, invocations.advisory("PYSEC-2026-1475", "jinja2", ("2.11.2",), "CVE-2024-56326"))
_OLD = invocations.advisory("DEBIAN-CVE-2009-3555", "openssl", ("1.0.0-1",), "CVE-2009-3555")
DEBIAN = ({**_OLD, "affected": [{"package": {"name": "openssl", "ecosystem": "Debian:12"}, "versions": ["1.0.0-1"]}]},)


def files(base: str, *, definition: str = shop.ONWARD) -> dict[str, str]:
    """Return the files that put the shop into an image on top of `base`."""
    return {"Dockerfile": DOCKERFILE, "onward.toml": definition + SETTINGS.format(base=base)}


def import_databases(onward: Onward, folder: Path) -> None:
    """Import small archives of advisories where the cache that the tests share has none."""
    known = onward.cache / "advisories"
    for name, records in (("PyPI", PYPI), ("npm", invocations.NPM_RECORDS)):
        if not (known / "packages" / name / "edition.json").exists():
            _import(onward, invocations.archive(folder / f"{name}.zip", records))
    if not (known / "osv/osv-scalibr/Debian/all.zip").exists():
        _import(onward, invocations.archive(folder / "debian.zip", DEBIAN))
    if not (known / "trivy/db/metadata.json").exists():
        _import(onward, trivydb.archive(folder / "trivy.tar.gz"))


def _import(onward: Onward, source: Path) -> None:
    said = onward("advisories", "import", str(source), cwd=source.parent)
    assert said.code == 0, said.err
