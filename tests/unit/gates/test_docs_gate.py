"""What a document holds, where its links lead, what its commands name, and whether its claims hold."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onward.gates.docs import blocks, markdown, targets
from onward.gates.docs.blocks import Evidence
from onward.gates.docs.markdown import Block
from onward.gates.docs.targets import Repository

MAKEFILE = "BIN := x\n.PHONY: test\ntest lint: dev ## words\n\t@echo a: b\ndev:\n\ttrue\n"


def repository(**more: str) -> Repository:
    texts = {"app/Makefile": MAKEFILE, "app/web/package.json": '{"scripts": {"build": "x"}}', **more}
    files = frozenset(
        {*texts, "README.md", "app/README.md", "app/run.sh", "app/my file.md", "docs/a.md", ".github/workflows/ci.yml"}
    )
    return Repository(files=files, prefix="app", texts=texts, origin="us/shop", commands=frozenset({"run", "init"}))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("How to run", "how-to-run"),
        ("What's new in 2.0?", "whats-new-in-20"),
        ("a  b", "a--b"),
        ("snake_case & `code`", "snake_case--code"),
        ("Über uns", "über-uns"),
        ("a - b", "a---b"),
        ("🚀 Start", "-start"),
    ],
)
def test_anchors_follow_githubs_rule(title: str, expected: str) -> None:
    assert markdown.document(f"# {title}\n").anchors == {expected}


def test_equal_headings_are_numbered() -> None:
    seen: Counter[str] = Counter()
    assert [markdown.anchor("Same", seen) for _ in range(3)] == ["same", "same-1", "same-2"]


def rules(text: str, **more: str) -> list[tuple[str, int | None]]:
    found, here = markdown.document(text), repository(**more)
    anchors = {"app/README.md": found.anchors, "docs/a.md": frozenset({"top"})}
    findings = [*targets.links("README.md", found, here, anchors), *targets.commands("README.md", found, here)]
    return [(finding.rule, finding.place.line) for finding in findings]


@pytest.mark.parametrize(
    "text",
    [
        "[a](run.sh) [b](./web/) [c](../docs/a.md#top) [d](/README.md) [e](my%20file.md) [f](web)",
        "[a](https://example.org/gone.md) <mailto:a@example.org> [b](//example.org/x)",
        "# Here\n\n[a](#here) [b](#HERE) [c](README.md#here)",
        '<a name="there"></a>[a](#there) <img src="run.sh">',
        "`[a](gone.md)`\n\n    [a](gone.md)\n\n```\n[a](gone.md)\n```\n",
        "![x](https://github.com/us/shop/actions/workflows/ci.yml/badge.svg)",
        "![x](https://github.com/others/shop/actions/workflows/gone.yml/badge.svg)",
        "![x](../../actions/workflows/ci.yml/badge.svg) [y](../../issues) [z](../../releases/latest)",
        "[run.sh#L3](run.sh#L3)",
        "- [ ] a task\n- [x] done\n- array[0][1] in words",
        "```console\n$ make test lint JOBS=2\n$ make -j2 dev\n$ make\nmake nothing\n```",
        "```console\n$ cd web && npm run build\n$ npm ci\n```",
        "```console\n$ cd /srv && ./anything.sh\n```",
        "```sh\n# ./gone.sh\n./run.sh --x > out.txt && cat out.txt\nX=1 bash run.sh\n```",
        "```console\n$ onward run lint\n$ onward --version\n$ onward   # words\n```",
        "```python\n./gone.sh\n```",
        "```console\n$ python -m pytest tests\n$ python -c 'print(1)'\n```",
    ],
)
def test_what_is_there_is_left_alone(text: str) -> None:
    assert rules(text) == []


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ("one\n[a](gone.md)", "dead-link", 2),
        ("[a](../gone/)", "dead-link", 1),
        ("[a](../../outside.md)", "dead-link", 1),
        ("![a](gone.png)", "dead-link", 1),
        ("<p>\n<img src='gone.png'>\n</p>", "dead-link", 2),
        ("[a][b]\n\n[b]: gone.md", "dead-link", 1),
        ("| a |\n| --- |\n| [b](gone.md) |", "dead-link", 3),
        ("[a](#gone)", "dead-anchor", 1),
        ("[a](../docs/a.md#gone)", "dead-anchor", 1),
        ("[words][gone]", "undefined-reference", 1),
        ("![x](https://github.com/us/shop/actions/workflows/gone.yml/badge.svg)", "dead-badge", 1),
        ("![x](../../actions/workflows/gone.yml/badge.svg)", "dead-badge", 1),
        ("```console\n$ make gone\n```", "unknown-command", 2),
        ("```console\n$ cd web\n$ npm run gone\n```", "unknown-command", 3),
        ("```console\n$ npm test\n```", "unknown-command", 2),
        ("```bash\ntrue && python3 tools/gone.py\n```", "unknown-command", 2),
        ("```shell\n./gone.sh\n```", "unknown-command", 2),
        ("```console\n$ onward fly\n```", "unknown-command", 2),
    ],
)
def test_what_is_not_there_is_named(text: str, rule: str, line: int) -> None:
    assert rules(text) == [(rule, line)]


def test_a_makefile_with_patterns_is_given_the_benefit_of_the_doubt() -> None:
    assert rules("```console\n$ make gone\n```", **{"app/Makefile": "%.o: %.c\n\tcc\n"}) == []
    assert rules("```console\n$ make gone\n```", **{"app/Makefile": "include more.mk\n"}) == []


def block(text: str) -> Block:
    return Block(kind="claims", name="", line=1, text=text, closed=True)


EVIDENCE = Evidence(passed=164, total=173, lines=71.34, branches=None)


@pytest.mark.parametrize(
    "claim",
    [
        "164/173 tests passing (95 %)", "164 of 173 tests pass", "**164/173** tests passed (94.8%)", "173 tests, 164 tests passing",
        "coverage 71 %", "Line coverage: 71.3 %", "71.34% coverage", "coverage at least 70 %", "over 71 % line coverage", "no numbers",
    ],
)  # fmt: skip
def test_claims_that_hold(claim: str) -> None:
    assert list(blocks.arithmetic("a.md", block(claim))) == []
    assert [f.rule for f in blocks.claims("a.md", block(claim.replace("**", "")), EVIDENCE)] == []


@pytest.mark.parametrize(
    ("claim", "rule"),
    [
        ("170/173 tests passing", "claim-contradicted"),
        ("200 tests", "claim-contradicted"),
        ("coverage 70 %", "claim-contradicted"),
        ("coverage at least 72 %", "claim-contradicted"),
        ("branch coverage 60 %", "claim-contradicted"),
        ("maturity 9/10", "claim-unproven"),
        ("99.9 % uptime", "claim-unproven"),
    ],
)
def test_claims_that_do_not_hold(claim: str, rule: str) -> None:
    found = [finding.rule for finding in blocks.claims("a.md", block(claim), EVIDENCE)]
    assert found
    assert set(found) == {rule}


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_arithmetic_is_that_of_the_numbers(passed: int, total: int) -> None:
    right = f"{passed}/{total} tests passing ({100 * passed / total:.1f} %)"
    wrong = f"{passed}/{total} tests passing ({100 * passed / total + 1:.1f} %)"
    assert bool(list(blocks.arithmetic("a.md", block(right)))) == (passed > total)
    assert [f.rule for f in blocks.arithmetic("a.md", block(wrong))] == ["claim-arithmetic"]


def test_generated_blocks_are_compared_without_white_space_at_their_ends() -> None:
    made = Block(kind="generated", name="x", line=1, text="\na  \nb\n", closed=True)
    assert blocks.stale("a.md", made, {"x": "a\nb\n"}) is None
    for other in ("a\nc\n", "a\n", "a\nb\nc\n"):
        assert blocks.stale("a.md", made, {"x": other}) is not None


@given(st.text(max_size=400))
def test_any_text_is_a_document(text: str) -> None:
    markdown.document(text)
