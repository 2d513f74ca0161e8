"""Evidence is sealed: places are relative, excerpts and symbols attached, secrets masked, nothing dropped."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from onward.execute.step.seal import seal
from onward.model.evidence import LookedAt, Problem, Reading, TestCase, TestOutcome
from onward.model.finding import Finding, Place, Severity, fingerprint

SOURCE = """\
import os

VALUE = "\\d"


class Shop:
    @staticmethod
    def sell(price):
        def inner():
            return eval(price)

        return inner(
            1,
            2,
            3,
        )


async def later():
    password = "hunter22"
    return os
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/shop.py").write_text(SOURCE)
    (tmp_path / "app/page.html").write_text("<p>\n  <b>bold</b>\n")
    (tmp_path / "app/broken.py").write_text("def f(:\n  pass\n")
    (tmp_path / "app/latin.py").write_bytes("# ü\nx = 1\n".encode("latin-1"))
    return tmp_path


def finding(path: str | None, line: int | None = None, **more: object) -> Finding:
    place_fields = {name: more.pop(name) for name in ("end_line", "commit") if name in more}
    place = Place(path=path, line=line, **place_fields)  # type: ignore[arg-type]
    fields: dict[str, object] = {"rule": "R1", "tool": "tool", "message": "bad", "severity": Severity.HIGH, **more}
    return Finding(place=place, **fields)  # type: ignore[arg-type]


def sealed(tree: Path, one: Finding, *secrets: str) -> Finding:
    reading = seal(Reading(looked_at=(), findings=(one,)), gate="lint", tree=tree, secrets=secrets)
    return reading.findings[0]


@pytest.mark.parametrize(
    "spelling", ["app/shop.py", "./app/shop.py", "app//shop.py", "app/x/../shop.py", "{tree}/app/shop.py"]
)
def test_paths_become_relative(tree: Path, spelling: str) -> None:
    assert sealed(tree, finding(spelling.format(tree=tree), 10)).place.path == "app/shop.py"


def test_paths_through_a_link_become_relative(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    link = tmp_path_factory.mktemp("links") / "link"
    link.symlink_to(tree)
    for root in (link, tree):
        entry = sealed(link, finding(f"{root}/app/shop.py", 10))
        assert (entry.place.path, entry.excerpt) == ("app/shop.py", "return eval(price)")


def test_other_paths_stay_and_are_not_read(tree: Path) -> None:
    (tree.parent / "outside.py").write_text("secret = 1\n")
    for path in (f"{tree.parent}/outside.py", "../outside.py"):
        entry = sealed(tree, finding(path, 1))
        assert (entry.place.path, entry.excerpt) == (path, "")


@pytest.mark.parametrize(
    ("line", "symbol"),
    [(1, ""), (3, ""), (6, "Shop"), (7, "Shop.sell"), (8, "Shop.sell"), (10, "Shop.sell.inner"), (14, "Shop.sell"), (19, "later"), (21, "later"), (99, "")],
)  # fmt: skip
def test_the_enclosing_symbol(tree: Path, line: int, symbol: str) -> None:
    assert sealed(tree, finding("app/shop.py", line)).symbol == symbol


def test_excerpts(tree: Path) -> None:
    assert sealed(tree, finding("app/shop.py", 10)).excerpt == "return eval(price)"
    assert sealed(tree, finding("app/shop.py", 12, end_line=13)).excerpt == "return inner(\n    1,"
    assert sealed(tree, finding("app/shop.py", 12, end_line=16)).excerpt == "return inner(\n    1,\n    2,"
    assert sealed(tree, finding("app/shop.py", 10, end_line=3)).excerpt == "return eval(price)"
    assert sealed(tree, finding("app/page.html", 2)).excerpt == "<b>bold</b>"
    assert sealed(tree, finding("app/latin.py", 1)).excerpt == "# \ufffd"
    assert sealed(tree, finding("app/shop.py", 10, excerpt="kept")).excerpt == "kept"


@pytest.mark.parametrize(
    "one",
    [
        finding(None),
        finding("app/shop.py"),
        finding("app/missing.py", 3),
        finding("app", 1),
        finding("app/shop.py", 9999),
        finding("app/shop.py", 0),
        finding("app/shop.py", 10, commit="abc"),
        finding("app/shop.py", 10, subject="tests/test_a.py::test_b"),
    ],
)
def test_no_excerpt_where_there_is_no_line_of_code(tree: Path, one: Finding) -> None:
    assert sealed(tree, one).excerpt in ("", "import os")
    assert sealed(tree, one).message == "bad"


def test_code_that_does_not_parse_has_no_symbol(tree: Path) -> None:
    entry = sealed(tree, finding("app/broken.py", 1))
    assert (entry.symbol, entry.excerpt) == ("", "def f(:")


def test_a_hostile_file(tree: Path) -> None:
    (tree / "deep.py").write_text("(" * 100_000)
    (tree / "null.py").write_bytes(b"x = 1\0\n")
    (tree / "long.js").write_text("x" * 1_000_000)
    assert sealed(tree, finding("deep.py", 1)).symbol == ""
    assert sealed(tree, finding("null.py", 1)).symbol == ""
    assert len(sealed(tree, finding("long.js", 1)).excerpt) == 300


def test_parsing_warns_nobody(tree: Path) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sealed(tree, finding("app/shop.py", 10))
    assert caught == []


def test_the_fingerprint_survives_a_move(tree: Path) -> None:
    before = sealed(tree, finding("app/shop.py", 10))
    (tree / "app/moved.py").write_text(
        "# new\n\n" + SOURCE.replace("            return eval(price)", "      return  eval( price )")
    )
    after = sealed(tree, finding("app/moved.py", 12))
    assert fingerprint("lint", before) == fingerprint("lint", after)


def test_secrets_are_masked_everywhere(tree: Path) -> None:
    secret = "s3cr3t-value"
    reading = Reading(
        looked_at=(LookedAt(what="files", count=1),),
        findings=(
            finding("app/shop.py", 20, message=f"found {secret}", fix=f"remove {secret}"),
            finding("app/shop.py", 1, subject=f"{secret}=1", url=f"https://x/{secret}"),
        ),
        tests=(TestCase(node_id=f"t.py::t[{secret}]", outcome=TestOutcome.FAILED, duration_s=0, reason=secret),),
        problems=(Problem(code="c", text=f"cannot {secret}"),),
        notes=(f"note {secret}",),
    )
    done = seal(reading, gate="lint", tree=tree, secrets=(secret,))
    assert secret not in repr(done)
    assert len(done.findings) == 2
    assert done.findings[0].excerpt == 'password = "***"'
    assert done.looked_at == reading.looked_at


def test_a_fingerprint_is_attached_to_what_is_sealed(tree: Path) -> None:
    done = sealed(tree, finding("app/shop.py", 10))
    # ledgers hold these: what they are made of must not change
    assert done.fingerprint == "1:278f4d4bf253f38e39adeb7c2a626733"
    assert fingerprint("lint", replace(done, message="other", place=Place(path="moved.py"))) == done.fingerprint
