"""Faults that the e2e gate must catch."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onward.model.facts import Tree
from onward.model.gate import Change, Defect, Edit
from onward.model.pipeline import Pipeline

# Where the pages of a project come from: documents, templates and components.
_PAGES = re.compile(r"(?!.*(?:node_modules|\.test\.|\.spec\.)).*\.(?:html|jinja|jinja2|tsx|jsx|vue|svelte)$")
_SPEC = re.compile(r"\.(?:spec|test)\.[cm]?[jt]sx?$")
_FAILING = '''"""Planted: a journey that cannot be completed."""


def test_planted_journey(page):
    page.set_content("<h1>Planted</h1>")
    assert page.get_by_role("heading", name="Nowhere to be seen").count() == 1
'''
_SCRIPT = "<script>planted.nowhere()</script>"
_SCRIPT_ERROR = f'''"""Planted: a page whose script fails, while the journey itself is completed."""


def test_planted_script_error(page):
    with page.expect_event("pageerror"):
        page.set_content("<h1>Planted</h1>{_SCRIPT}")
    assert page.get_by_role("heading", name="Planted").is_visible()
'''

_FAILING_IN_NODE = """import { expect, test } from "@playwright/test";

test("planted journey", async ({ page }) => {
  await page.setContent("<h1>Planted</h1>");
  expect(await page.getByRole("heading", { name: "Nowhere to be seen" }).count()).toBe(1);
});
"""


def _journey(name: str, text: str, pipeline: Pipeline) -> tuple[Change, ...]:
    folder = next(iter(pipeline.settings("e2e").texts("paths")), "tests/e2e").rstrip("/")
    return (Change(edits=(Edit(path=f"{folder}/{name}", text=text),)),)


def plant_failure(_: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Add a journey that fails."""
    return _journey("test_planted_journey.py", _FAILING, pipeline)


def plant_script_error(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    """Add a script that fails to every page; where there are none, add a journey with a page of its own."""
    edits = tuple(_rewritten(tree, "</body>", f"{_SCRIPT}</body>"))
    return (Change(edits=edits),) if edits else _journey("test_planted_script_error.py", _SCRIPT_ERROR, pipeline)


def plant_failure_in_node(tree: Tree, _: Pipeline) -> tuple[Change, ...]:
    """Add a journey that fails beside the first one of `@playwright/test`."""
    beside = next(
        (path for path in tree.paths if _SPEC.search(path) and _is_journey(tree, path)), "e2e/planted.spec.ts"
    )
    path = f"{beside.rpartition('/')[0]}/planted{''.join(_SPEC.findall(beside))}"
    return (Change(edits=(Edit(path=path, text=_FAILING_IN_NODE),)),)


def _is_journey(tree: Tree, path: str) -> bool:
    return "@playwright/test" in (tree.text(path) or "")


def plant_dead_buttons(tree: Tree, _: Pipeline) -> tuple[Change, ...]:
    """Have every button that sends a form do nothing."""
    return _rewrite(tree, r'<button\b(?=[^>]*type="submit")', "<button hidden")


def plant_unlabelled_fields(tree: Tree, _: Pipeline) -> tuple[Change, ...]:
    """Turn every label into mere text."""
    return _rewrite(tree, r"(</?)label\b", r"\1span")


def _rewrite(tree: Tree, pattern: str, replacement: str) -> tuple[Change, ...]:
    return (Change(edits=tuple(_rewritten(tree, pattern, replacement))),)


def _rewritten(tree: Tree, pattern: str, replacement: str) -> Iterator[Edit]:
    for path in tree.paths:
        text = tree.text(path) if _PAGES.fullmatch(path) else None
        if text is not None and re.search(pattern, text):
            yield Edit(path=path, text=re.sub(pattern, replacement, text))


DEFECTS = (
    Defect(
        id="failing-journey",
        title="a journey that fails",
        check="pytest-playwright",
        rule="test-failed",
        plant=plant_failure,
    ),
    Defect(
        id="failing-node-journey",
        title="a journey of @playwright/test that fails",
        check="playwright-test",
        rule="test-failed",
        plant=plant_failure_in_node,
    ),
    Defect(
        id="dead-buttons",
        title="buttons for login, payment and purchase that cannot be pressed",
        check="pytest-playwright",
        rule="test-failed",
        plant=plant_dead_buttons,
    ),
    Defect(
        id="script-error",
        title="a page whose script fails",
        check="pytest-playwright",
        rule="page-error",
        plant=plant_script_error,
    ),
    Defect(
        id="unlabelled-field",
        title="form fields without labels",
        check="pytest-playwright",
        rule="unlabelled-field",
        plant=plant_unlabelled_fields,
    ),
)
