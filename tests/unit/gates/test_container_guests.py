"""The programs that look into images, without an engine: what they conclude from what it says."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from onward.gates.container.guests.inspect_image import __main__ as inspect_image
from onward.gates.container.guests.known_vulnerable import CONTROLS
from onward.gates.container.guests.open_layers import __main__ as open_layers
from onward.gates.container.guests.scan_osv import __main__ as scan_osv
from onward.gates.container.guests.trivy_control import __main__ as trivy_control

TABLE = "root:x:0:0:root:/root:/bin/sh\nservice:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\nbroken\n"


@pytest.mark.parametrize(
    ("user", "number"),
    [("", 0), ("0", 0), ("0:0", 0), ("root", 0), ("service", 0), ("app", 1000), ("app:root", 1000), ("10001", 10001)],
)
def test_whom_a_user_instruction_names(user: str, number: int) -> None:
    assert inspect_image.uid(user, TABLE) == number


def test_a_user_whom_the_image_does_not_know_is_nobody_we_know() -> None:
    assert inspect_image.uid("stranger", TABLE) is None
    assert inspect_image.uid("app", "") is None


def described(**config: Any) -> dict[str, Any]:
    return {
        "Id": "sha256:1",
        "Config": config,
        "Size": 5,
        "RootFS": {"Layers": ["a"]},
    }


@pytest.mark.parametrize(
    ("check", "there"),
    [(None, False), ({"Test": ["NONE"]}, False), ({"Test": []}, False), ({"Test": ["CMD", "x"]}, True)],
)
def test_a_health_check_that_is_switched_off_is_none(check: Any, *, there: bool) -> None:
    assert inspect_image.summary(described(Healthcheck=check), "").healthcheck is there


def layer(*members: tuple[str, bytes]) -> io.BytesIO:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as files:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            files.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        files.addfile(link)
    content.seek(0)
    return content


def test_a_layer_is_laid_out_and_nothing_leaves_its_folder(tmp_path: Path) -> None:
    members = (("./etc/a", b"1"), ("/abs/b", b"2"), ("../../out", b"3"), ("x/../../out", b"4"), ("empty", b""))
    assert open_layers.unpack(layer(*members), tmp_path / "deep" / "layer") == 2
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if not path.is_dir())
    assert found == ["deep/layer/abs/b", "deep/layer/etc/a"]


def test_every_text_of_a_configuration_is_searched_as_it_is() -> None:
    config = {"config": {"Env": ['TOKEN="x"']}, "history": [{"created_by": "RUN a"}, {"empty_layer": True}]}
    assert list(open_layers.texts(config)) == ['TOKEN="x"', "RUN a"]


def test_the_control_has_a_package_of_each_kind_that_is_held() -> None:
    report = {
        "Metadata": {"OS": {"Family": "alpine", "Name": "3.19.1"}},
        "Results": [{"Class": "lang-pkgs", "Type": kind} for kind in (*trivy_control.LANGUAGES, "something-new")],
    }
    bill = trivy_control.control(report)
    kinds = {
        entry["value"]
        for part in bill["components"]
        for entry in part["properties"]
        if entry["name"].endswith("PkgType")
    }
    assert kinds == {*trivy_control.LANGUAGES, "alpine"}
    assert trivy_control.control({"Metadata": {"OS": {"Family": "plan9", "Name": "4"}}})["components"] == []


@pytest.mark.parametrize(
    ("ecosystem", "name", "purl"),
    [
        ("PyPI", "jinja2", "pkg:pypi/jinja2@1"),
        ("Debian:12", "openssl", "pkg:deb/debian/openssl@1?distro=debian-12"),
        ("Ubuntu:22.04:LTS", "openssl", "pkg:deb/ubuntu/openssl@1?distro=ubuntu-22.04"),
        ("Alpine:v3.19", "openssl", "pkg:apk/alpine/openssl@1?distro=alpine-3.19"),
        ("Maven", "org.a:b", "pkg:maven/org.a/b@1"),
    ],
)
def test_packages_are_named_as_scanners_expect(ecosystem: str, name: str, purl: str) -> None:
    assert scan_osv.located(ecosystem, name, "1") == purl


def test_every_kind_of_package_that_is_looked_at_has_a_control() -> None:

    assert {kind for kind, _ in scan_osv.KINDS.values()} <= set(CONTROLS)
    assert {*trivy_control.LANGUAGES.values(), *trivy_control.DISTRIBUTIONS.values()} <= set(CONTROLS)
