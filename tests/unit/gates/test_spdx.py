from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import values
from onward.gates.dependencies import licences, spdx
from onward.gates.dependencies.shapes import Said
from onward.guest.shared_shapes import Locked, Locks

DENIED = ("GPL-3.0", "AGPL-3.0")


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("MIT", "MIT"),
        ("mit", "MIT"),
        ("MIT License", "MIT"),
        ("Apache 2.0", "Apache-2.0"),
        ("apache-2.0 or gpl-3.0-only", "Apache-2.0 OR GPL-3.0-only"),
        ("GPLv3", "GPL-3.0-only"),
        ("GNU General Public License v3 or later (GPLv3+)", "GPL-3.0-or-later"),
        ("GNU General Public License v2 (GPLv2)", "GPL-2.0-only"),
        ("GNU Affero General Public License v3", "AGPL-3.0-only"),
        ("GNU AFFERO GENERAL PUBLIC LICENSE Version 3, 19 November 2007", "AGPL-3.0-only"),
        ("LGPLv3+", "LGPL-3.0-or-later"),
        ("GNU Lesser General Public License v2.1", "LGPL-2.1-only"),
        ("GNU Library or Lesser General Public License (LGPL)", "LicenseRef-LGPL"),
        ("GPL", "LicenseRef-GPL"),
        ("MIT License\n\nCopyright (c) 2020 Somebody\n" + "words " * 100, "MIT"),
        ("LicenseRef-Own", None),
        ("UNKNOWN", None),
        ("", None),
        ("see the file", None),
        ("UNLICENSED", None),
        ("SEE LICENSE IN LICENSE.txt", None),
    ],
)
def test_words_become_expressions(said: str, read: str | None) -> None:
    assert spdx.expression(said) == read


@pytest.mark.parametrize(
    ("read", "denied"),
    [
        ("MIT", ()),
        ("GPL-3.0", ("GPL-3.0",)),
        ("GPL-3.0-only", ("GPL-3.0-only",)),
        ("GPL-2.0-or-later", ()),
        ("LGPL-3.0-only", ()),
        ("GPL-3.0-only OR MIT", ()),
        ("GPL-3.0-only OR AGPL-3.0-or-later", ("GPL-3.0-only", "AGPL-3.0-or-later")),
        ("MIT AND GPL-3.0-only", ("GPL-3.0-only",)),
        ("(GPL-3.0-only OR MIT) AND AGPL-3.0-only", ("AGPL-3.0-only",)),
        ("MIT AND (GPL-3.0-only OR AGPL-3.0-only)", ("GPL-3.0-only", "AGPL-3.0-only")),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", ("GPL-3.0-or-later",)),
    ],
)
def test_alternatives_free_and_conjunctions_bind(read: str, denied: tuple[str, ...]) -> None:
    assert spdx.denied_in(read, DENIED) == denied


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(said: str) -> None:
    read = spdx.expression(said)
    assert read is None or spdx.denied_in(read, ()) == ()


def package(*, name: str = "odd", expression: str = "", field: str = "", classifiers: tuple[str, ...] = ()) -> Said:
    return Said(
        ecosystem="PyPI",
        name=name,
        version="1",
        expression=expression,
        field=field,
        classifiers=classifiers,
        local=False,
    )


@pytest.mark.parametrize(
    ("said", "rules"),
    [
        (package(expression="MIT"), []),
        (
            package(expression="MIT", classifiers=("License :: OSI Approved :: GNU Affero General Public License v3",)),
            [],
        ),
        (package(field="UNKNOWN", classifiers=("License :: OSI Approved :: MIT License",)), []),
        (package(classifiers=("License :: OSI Approved",)), ["unknown-licence"]),
        (package(classifiers=("License :: Other/Proprietary License",)), ["unknown-licence"]),
        (package(field="GPL"), ["unknown-licence"]),
        (package(field="GPL", name="decided"), []),
        (package(name="decided"), []),
        (
            package(
                classifiers=(
                    "License :: OSI Approved :: MIT License",
                    "License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
                )
            ),
            ["denied-licence"],
        ),
    ],
)
def test_what_a_package_says_is_judged(said: Said, rules: list[str]) -> None:
    options = {licences.DENIED: DENIED, licences.DECIDED: ("decided=MIT", "nonsense", "odd=NONSENSE-1")}
    policy = licences.policy(values.settings("dependencies", options=options))
    assert policy.misread == ("nonsense", "odd=NONSENSE-1")
    assert [finding.rule for finding in licences.judge(said, policy)] == rules


@pytest.mark.parametrize(
    ("name", "licence", "untold"),
    [("zod", None, True), ("zod", "", False), ("zod", "MIT", False), ("decided", None, False)],
)
def test_a_lock_without_licences_is_another_thing_than_a_package_without_one(
    name: str, licence: str | None, *, untold: bool
) -> None:
    policy = licences.policy(values.settings("dependencies", options={licences.DECIDED: ("decided=MIT",)}))
    locked = Locked(ecosystem="npm", name=name, version="1", licence=licence, integrity="", dev=False)
    (package_,) = licences.shipped(Locks(head={"package-lock.json": [locked]}, base=None))
    assert licences.is_untold(package_, policy) is untold
