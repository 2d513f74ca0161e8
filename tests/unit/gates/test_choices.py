"""Which checks concern a project, and the commands they become."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kit import values
from onward.gates import format, lint, secrets, security, types  # noqa: A004  # the gates' names
from onward.model.facts import Fact
from onward.model.gate import Check, CheckContext, Gate

COPY = "{scratch}/copy"


def context(gate: Gate, *facts: Fact, declared: tuple[str, ...] = (), **more: object) -> CheckContext:
    pins = tuple((name, version or None) for name, _, version in (entry.partition("==") for entry in declared))
    options = more.pop("options", {})
    settings = values.settings(gate.id, options=options)
    project = values.project(facts=values.known(*facts), declared=pins, **more)
    return values.context(gate.id, project=project, settings=settings, python="3.11")


def applying(gate: Gate, given: CheckContext) -> list[str]:
    return [check.id for check in gate.checks if check.applies(given).yes]


def check(gate: Gate, name: str) -> Check:
    return next(entry for entry in gate.checks if entry.id == name)


def fact(name: str, *found: str) -> Fact:
    return Fact(name=name, value=found)


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        (context(format.GATE), ["black", "isort"]),
        (context(format.GATE, fact("formatter", "black")), ["black"]),
        (context(format.GATE, fact("formatter", "ruff")), ["ruff-format"]),
        (context(format.GATE, declared=("isort==5.13.2",)), ["isort"]),
        (context(format.GATE, declared=("ruff==0.9.0",)), ["black", "isort"]),
        (context(format.GATE, fact("linter", "flake8", "ruff")), ["ruff-format"]),
        (context(format.GATE, fact("linter", "ruff"), fact("formatter", "black")), ["black"]),
        (context(format.GATE, fact("formatter", "black"), options={"tools": ("ruff-format",)}), ["ruff-format"]),
        (context(format.GATE, files=("web/a.ts",)), []),
        (context(lint.GATE), ["ruff"]),
        (context(lint.GATE, fact("linter", "flake8", "pylint")), ["flake8"]),
        (context(lint.GATE, fact("linter", "pylint")), ["ruff"]),
        (context(lint.GATE, declared=("ruff==0.9.0", "flake8==7.0.0")), ["flake8", "ruff"]),
        (context(lint.GATE, options={"tools": ("flake8",)}), ["flake8"]),
        (context(types.GATE), ["mypy"]),
        (context(types.GATE, files=("README.md",)), []),
        (context(security.GATE, files=("README.md",)), []),
        (context(secrets.GATE), ["staged", "kingfisher", "trufflehog"]),
        (context(secrets.GATE, files=(".gitleaks.toml",)), ["staged", "kingfisher", "gitleaks", "trufflehog"]),
    ],
)
def test_which_checks_apply(given: CheckContext, chosen: list[str]) -> None:
    gate = next(
        entry
        for entry in (format.GATE, lint.GATE, types.GATE, security.GATE, secrets.GATE)
        if entry.id == given.settings.gate
    )
    assert applying(gate, given) == chosen


def test_a_check_that_does_not_apply_says_why() -> None:
    given = context(format.GATE, fact("formatter", "black"))
    assert check(format.GATE, "isort").applies(given).why == "the project is formatted by black"
    assert check(format.GATE, "black").applies(context(format.GATE)).why.endswith("onward uses its defaults")


def test_formatters_keep_to_the_projects_configuration() -> None:
    assert format.isort_argv(context(format.GATE)) == ("{tool:isort}", "--quiet", "--profile", "black", ".")
    own = context(format.GATE, fact("formatter", "isort"))
    assert format.isort_argv(own) == ("{tool:isort}", "--quiet", ".")
    assert format.black_argv(own) == ("{tool:black}", "--quiet", ".")
    assert format.ruff_argv(own) == ("{tool:ruff}", "format", "--no-cache", "--quiet", ".")


def test_formatters_never_run_in_the_tree() -> None:
    for entry in format.GATE.checks:
        plant, run, compare = entry.commands(context(format.GATE))
        assert run.cwd == COPY
        assert plant.argv[:3] == ("{onward}", "-I", "{guest}/plant_copy")
        assert compare.writes == ("format.json",)


def test_a_change_narrows_what_is_copied() -> None:
    given = replace(context(format.GATE), narrowed=("app/a.py", "README.md"))
    assert check(format.GATE, "black").commands(given)[0].argv[-3:] == ("--narrowed", "--", "app/a.py")
    assert check(lint.GATE, "ruff").commands(given)[0].argv[-3:] == ("--narrowed", "--", "app/a.py")


def test_ruff_is_given_rules_only_where_the_project_names_none() -> None:
    assert "--select" in lint.ruff_argv(context(lint.GATE))
    assert "--select" not in lint.ruff_argv(context(lint.GATE, fact("linter", "ruff")))
    assert "--select" not in lint.ruff_argv(context(lint.GATE, declared=("ruff",)))


@pytest.mark.parametrize(
    ("pin", "json"),
    [("mypy==0.991", False), ("mypy==1.10.1", False), ("mypy==1.11.0", True), ("mypy", True), ("x", True)],
)
def test_old_pins_of_mypy_write_text(pin: str, json: bool) -> None:  # noqa: FBT001
    argv = types.mypy_argv(context(types.GATE, declared=(pin,)))
    assert ("-O" in argv) is json
    assert ("--no-pretty" in argv) is not json


def test_what_mypy_looks_at() -> None:
    assert types.mypy_argv(context(types.GATE))[-1] == "app"
    assert types.mypy_argv(context(types.GATE, fact("mypy-files", "src")))[-1].startswith("--linecount-report")
    assert types.mypy_argv(context(types.GATE, options={"paths": ("lib", "bin")}))[-2:] == ("lib", "bin")
    assert "--strict" in types.mypy_argv(context(types.GATE, options={"strict": True}))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ()),
        ("pyproject.toml", ("-c", "pyproject.toml")),
        (".bandit", ("--ini", ".bandit")),
        ("b.yaml", ("-c", "b.yaml")),
    ],
)
def test_bandit_is_handed_its_configuration(value: str | None, words: tuple[str, ...]) -> None:
    assert security.configuration(context(security.GATE, Fact(name="bandit-config", value=value))) == words


def test_secrets_are_never_validated_nor_written_in_clear() -> None:
    for entry in secrets.GATE.checks:
        for command in entry.commands(context(secrets.GATE, files=("gitleaks.toml",))):
            words = command.argv
            if words[0] == "{tool:kingfisher}":
                assert {"--no-validate", "--no-update-check", "--redact"} <= set(words)
            if words[0] == "{tool:gitleaks}":
                assert {"--redact", "{tree}/gitleaks.toml"} <= set(words)


def test_the_head_of_a_linked_work_tree_belongs_to_the_history() -> None:
    words = check(secrets.GATE, "kingfisher").commands(context(secrets.GATE))[0].argv
    assert words[words.index("--head") + 1] == "a" * 40
