"""Faults of a front end that its own tools must report."""

from __future__ import annotations

import json
from functools import partial

from onward.model.facts import Tree
from onward.model.gate import Change, Defect, Edit
from onward.model.pipeline import Pipeline

_UNLABELLED = """export const OnwardField = () => (
  <p>
    <label>Amount</label>
    <input name="amount" />
  </p>
);
"""
_TEST = """import { {it} } from "{runner}";

{it}("keeps its promise", () => {
  if (1 + 1 !== 3) throw new Error("it does not");
});
"""
_WRONG_TYPE = 'export const onwardPrice: number = "twelve";\n'
_UNFORMATTED = "export const   onwardList =  [ 1,2,\n 3 ]\n"
# GHSA-35jh-r3h4-6jhm; nothing else comes with it
_LODASH = {
    "version": "4.17.20",
    "integrity": "sha512-PlhdFcillOINfeV7Ni6oF1TAEayyZBoZ8bcshTHqOYJYlrqzRK5hagpagky5o4HfCzzd1TRkXPMFq6cKk9rGmA==",
    "license": "MIT",
}
_UNBUILT = '\nimport "./onward-is-not-there";\n'


def _home(tree: Tree) -> str:
    """Return the folder of the first front end, ending in a slash; empty for the root."""
    found = [path for path in tree.paths if path.rpartition("/")[2] == "package.json" and "node_modules/" not in path]
    return min(found, key=lambda path: (path.count("/"), path), default="package.json").removesuffix("package.json")


def _added(name: str, text: str, tree: Tree, _: Pipeline) -> tuple[Change, ...]:
    return (Change(edits=(Edit(path=f"{_home(tree)}src/{name}", text=text),)),)


def _unlabelled(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    typed = any(path.endswith(".tsx") for path in tree.paths)
    return _added("OnwardField.tsx" if typed else "OnwardField.jsx", _UNLABELLED, tree, pipeline)


def _failing(tree: Tree, pipeline: Pipeline) -> tuple[Change, ...]:
    manifest = tree.text(f"{_home(tree)}package.json") or ""
    runner = "vitest" if '"vitest"' in manifest else "@jest/globals"
    text = _TEST.replace("{runner}", runner).replace("{it}", "it")
    return _added("onward-promise.test.ts", text, tree, pipeline)


def _unbuilt(tree: Tree, _: Pipeline) -> tuple[Change, ...]:
    starts = [path for path in tree.paths if path.startswith(f"{_home(tree)}src/") and _stem(path) in {"main", "index"}]
    path = min(starts, default=f"{_home(tree)}src/main.ts")
    return (Change(edits=(Edit(path=path, text=_UNBUILT, append=True),)),)


def _vulnerable(tree: Tree, _: Pipeline) -> tuple[Change, ...]:
    """Depend on lodash 4.17.20 in the manifest and in npm's lock, as `npm install` would write it."""
    manifest = json.loads(tree.text(f"{_home(tree)}package.json") or "{}")
    manifest.setdefault("dependencies", {})["lodash"] = "4.17.20"
    lock = json.loads(tree.text(f"{_home(tree)}package-lock.json") or '{"packages": {}}')
    lock["packages"].setdefault("", {}).setdefault("dependencies", {})["lodash"] = "4.17.20"
    lock["packages"]["node_modules/lodash"] = _LODASH
    texts = {"package.json": manifest, "package-lock.json": lock}
    edits = (Edit(path=f"{_home(tree)}{name}", text=json.dumps(data, indent=2) + "\n") for name, data in texts.items())
    return (Change(edits=tuple(edits)),)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


DEFECTS = (
    Defect(
        id="unlabelled-field",
        title="a form field without its label",
        check="eslint",
        rule="jsx-a11y/label-has-associated-control",
        plant=_unlabelled,
    ),
    Defect(
        id="unformatted",
        title="a file that prettier would rewrite",
        check="prettier",
        rule="unformatted",
        plant=partial(_added, "onwardList.ts", _UNFORMATTED),
    ),
    Defect(
        id="wrong-type",
        title="a string where a number is declared",
        check="types",
        rule="TS2322",
        plant=partial(_added, "onwardPrice.ts", _WRONG_TYPE),
    ),
    Defect(id="failing-test", title="a test that fails", check="tests", rule="test-failed", plant=_failing),
    Defect(
        id="unbuilt",
        title="an import of a module that does not exist",
        check="build",
        rule="build-failed",
        plant=_unbuilt,
    ),
    Defect(
        id="vulnerable-package",
        title="a package with a known vulnerability is locked",
        check="advisories",
        rule="GHSA-35jh-r3h4-6jhm",
        plant=_vulnerable,
    ),
)
