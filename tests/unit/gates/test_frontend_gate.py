from __future__ import annotations

import pytest

from kit import values
from onward.gates.frontend import GATE, commands, folder
from onward.model.facts import Fact, Package, PackageManager, Script
from onward.model.gate import CheckContext, Purpose
from onward.model.pipeline import GateSettings, OptionValue

FILES = ("web/package.json", "web/package-lock.json", "web/tsconfig.json", "web/src/main.ts")
PACKAGES = ("eslint", "prettier", "typescript", "vite", "vitest")


def context(
    scripts: dict[str, str] | None = None,
    packages: tuple[str, ...] = PACKAGES,
    files: tuple[str, ...] = FILES,
    options: dict[str, OptionValue] | None = None,
    manager: str = "",
) -> CheckContext:
    defaults = {option.name: option.default for option in GATE.options}
    facts = (
        Fact(name="frontend", value=tuple(sorted({p.rpartition("/")[0] or "." for p in files if "package.json" in p}))),
        Fact(name="frontend-packages", value=tuple(Package("web", name, "1") for name in packages)),
        Fact(name="frontend-managers", value=(PackageManager("web", manager),) if manager else None),
        Fact(name="frontend-scripts", value=tuple(Script("web", name, text) for name, text in (scripts or {}).items())),
    )
    settings = GateSettings(gate=GATE.id, options={**defaults, **(options or {})})
    return values.context(GATE.id, project=values.project(files=files, facts=facts), settings=settings)


def applies(given: CheckContext) -> dict[str, bool]:
    return {check.id: check.applies(given).yes for check in GATE.checks}


def test_what_the_front_end_asks_for_is_run() -> None:
    assert applies(context({"build": "vite build"})) == dict.fromkeys(
        ("eslint", "prettier", "types", "tests", "build", "audit", "advisories"), True
    )


def test_nothing_is_run_without_a_front_end_and_each_says_why() -> None:
    given = values.context(GATE.id)
    assert not any(check.applies(given).yes for check in GATE.checks)
    assert all(check.applies(given).why for check in GATE.checks)


@pytest.mark.parametrize(
    ("given", "absent"),
    [
        (context({"build": "x"}, packages=("eslint",)), {"prettier", "types", "tests"}),
        (context(), {"build"}),
        (context({"build": "x"}, files=FILES[:2]), {"types"}),
        (context({"build": "x"}, options={"audit": False}), {"audit", "advisories"}),
    ],
)
def test_checks_that_do_not_concern_it(given: CheckContext, absent: set[str]) -> None:
    assert {name for name, yes in applies(given).items() if not yes} == absent


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("eslint .", (".",)),
        ("eslint", (".",)),
        ("eslint --fix src", ("src",)),
        ("npx eslint --fix --max-warnings 0 src", ("--max-warnings", "0", "src")),
        ("eslint --format=compact -o out.txt --ext .ts,.tsx src", ("--ext", ".ts,.tsx", "src")),
        ("eslint 'src/**/*.ts' --cache --cache-location=.c", ("src/**/*.ts",)),
        ("eslint . && prettier --write .", (".",)),
        ("eslint 'unclosed", (".",)),
        ("CI=1 eslint src", (".",)),
    ],
)
def test_the_linter_is_called_as_the_project_does_but_never_rewrites(script: str, words: tuple[str, ...]) -> None:
    assert commands.eslint_arguments(context({"lint": script})) == words


def test_prettier_only_lists() -> None:
    _, run = commands.prettier(context({"format": "prettier --write src --log-level warn"}))
    assert run.argv[1:] == ("--list-different", "--ignore-unknown", "src")


def test_both_plant_a_canary_first() -> None:
    for build in (commands.eslint, commands.prettier):
        assert build(context())[0].purpose is Purpose.CONTROL


def test_coverage_is_measured_where_the_project_can() -> None:
    (bare,) = commands.tests(context())
    (measured,) = commands.tests(context(packages=("vitest", "@vitest/coverage-v8")))
    (jest,) = commands.tests(context(packages=("jest",)))
    assert not any("coverage" in word for word in bare.argv)
    assert "--coverage.reporter=json-summary" in measured.argv
    assert jest.argv[0].endswith("/jest")


@pytest.mark.parametrize(
    ("extra", "options", "expected"),
    [
        ((), {}, ("web/tsconfig.json",)),
        (("web/tsconfig.app.json", "web/tsconfig.node.json"), {}, ("web/tsconfig.app.json", "web/tsconfig.node.json")),
        (("web/tsconfig.eslint.json",), {}, ("web/tsconfig.json",)),
        ((), {"tsconfig": ("a.json", "b.json")}, ("web/a.json", "web/b.json")),
    ],
)
def test_configurations_of_the_compiler(
    extra: tuple[str, ...], options: dict[str, OptionValue], expected: tuple[str, ...]
) -> None:
    assert commands.tsconfigs(context(files=(*FILES, *extra), options=options)) == expected


@pytest.mark.parametrize(
    ("packages", "options", "expected"),
    [
        (("vite",), {}, "dist"),
        (("react-scripts",), {}, "build"),
        ((), {}, "dist"),
        (("vite",), {"output": "public/"}, "public"),
    ],
)
def test_where_the_build_goes(packages: tuple[str, ...], options: dict[str, OptionValue], expected: str) -> None:
    assert commands.output(context(packages=packages, options=options)) == expected


def test_a_folder_with_a_lock_comes_first_and_others_are_named() -> None:
    given = context(files=("admin/package.json", *FILES, "z/package.json", "z/package-lock.json"))
    assert folder.folder(given) == "web"
    assert folder.others(given) == ("z",)
    assert folder.folder(context(options={"folder": "admin/"})) == "admin"


@pytest.mark.parametrize(
    ("manager", "lock"),
    [("", "package-lock.json"), ("yarn@4.1.0", "yarn.lock"), ("pnpm@10.1.0", "package-lock.json")],
)
def test_the_named_manager_says_which_lock_counts(manager: str, lock: str) -> None:
    given = context({"build": "x"}, files=(*FILES, "web/yarn.lock"), manager=manager)
    assert folder.lock(given) == f"web/{lock}"
    assert applies(given)["audit"] is lock.startswith("package")


@pytest.mark.parametrize("name", ["npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"])
def test_every_kind_of_lock_is_one(name: str) -> None:
    given = context(files=("admin/package.json", "web/package.json", f"web/{name}", "z/package.json", f"z/{name}"))
    assert folder.folder(given) == "web"
    assert folder.others(given) == ("z",)


def test_limits_of_the_bundle_are_held_in_kib() -> None:
    settings = GateSettings(gate=GATE.id, options={"bundle": 300 * 1024, "lines": 80})
    assert {(limit.measure, limit.value) for limit in GATE.limits(settings)} == {
        ("frontend.bundle", 300),
        ("frontend.lines", 80),
    }
