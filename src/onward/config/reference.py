"""The reference of `onward.toml` as Markdown, made from the same declarations that the parser reads by."""

from __future__ import annotations

from onward.config.key import Key
from onward.config.schema import (
    APPLICATION,
    COMPANION,
    CUSTOM,
    PREPARE,
    PROJECT,
    SERVICE,
    TOP,
    WAIVER,
    WORKSPACE,
    common,
    gate_keys,
)
from onward.config.values import show
from onward.model.gate import Gate
from onward.model.pipeline import Kind

_INTRODUCTION = """# Configuration

`onward.toml` is the one definition of a pipeline; the folder it stands in is the root of the project. Every key is listed
here. Durations are written like `"500ms"`, `"90s"`, `"2m"` or `"1h30m"`, sizes like `"800kB"`, `"50MB"` or `"2GiB"`, severities are
`critical`, `high`, `medium`, `low` and `info`, and paths are relative to the project with `/`.

A file is read whole: all its mistakes are listed at once, and nothing in it is ever executed. A value comes from the
default, then from the file, then from the environment (`ONWARD_PROFILE`, `ONWARD_JOBS`, `ONWARD_OFFLINE`), then from a flag; the
last two select or tighten and never weaken. `onward config` shows each value and where it came from. Editors that know
JSON Schema complete and check the file with `docs/onward.schema.json`.

This page is made by `onward config --reference`, the schema by `onward config --schema`.
"""
_ENVIRONMENT = """
## `[environment]`

Variables for the steps that execute project code: any name, the value is a text. A variable that a service sets cannot
be set here as well.
"""
_APPLICATION = """How the application is started for the gates that look at it while it runs: from the step's own copy of the project, with
what is deployed, `[environment]`, and a PostgreSQL and a Redis of its own. Commands are lists, no shell is involved. They
and the variables may hold `{host}` and `{port}` (a free one), `{application.url}`, `{NAME.url}` of a companion, and `{secret:NAME}`, a value
that is made up for each step and is the same wherever it is named."""
_TABLES = f"""
`[application.environment]` holds variables of its own, over `[environment]`; `[application.headers]` holds headers of the
requests that ask for its health. `prepare`: {PREPARE[:1].lower() + PREPARE[1:]} For example
`prepare = [["alembic", "upgrade", "head"], ["python", "scripts/seed.py"]]`.
"""
_COMPANION = """A server that the application needs beside it, such as a simulated provider; started before it, with a name of small letters.
It has `[application.companions.NAME.environment]` and `.headers` as well."""
_COMMON = """Every gate has these keys. The defaults here are those of a gate of your own; the others are named with each gate."""
_TYPES = {
    Kind.STRING: "text",
    Kind.STRINGS: "list of texts",
    Kind.PATHS: "list of paths",
    Kind.INTEGER: "whole number",
    Kind.BOOLEAN: "true or false",
    Kind.CHOICE: "text",
}


def reference(gates: tuple[Gate, ...]) -> str:
    """Return the whole reference page."""
    rooms = "".join(_room(gate) for gate in gates)
    return (
        _INTRODUCTION
        + _section("At the top of the file", "", TOP)
        + _section("`[project]`", "What the project is.", PROJECT)
        + _section("`[workspace]`", "What belongs to the copy of the project in which steps run.", WORKSPACE)
        + _ENVIRONMENT
        + _section("`[services.NAME]`", "A real service that steps get, ready when they start.", SERVICE)
        + _section("`[application]`", _APPLICATION, APPLICATION)
        + _TABLES
        + _section("`[application.companions.NAME]`", _COMPANION, COMPANION)
        + _section("`[gates.GATE]`", _COMMON, common(None))
        + rooms
        + _section("`[gates.NAME]`: a gate of your own", "Besides the keys that every gate has:", CUSTOM)
        + _section(
            "`[[waivers]]`",
            "A named exception. The last five keys say what is waived: at least one is given, and all that are given must match.",
            WAIVER,
        )
    )


def _room(gate: Gate) -> str:
    own = {key.name for key in common(gate)}
    keys = tuple(key for key in gate_keys(gate) if key.name not in own)
    profiles = ", ".join(f"`{profile}`" for profile in gate.profiles)
    block, timeout = common(gate)[4], common(gate)[5]
    defaults = (
        f"{gate.title}: {gate.blurb}. In {profiles}; blocks from `{block.option.default}` on; "
        f"a step may take {_default(timeout)}."
    )
    return _section(f"`[gates.{gate.id}]`", defaults, keys, level="###")


def _section(title: str, about: str, keys: tuple[Key, ...], *, level: str = "##") -> str:
    text = f"\n{level} {title}\n"
    text += f"\n{about}\n" if about else ""
    if not keys:
        return text
    rows = "".join(f"| `{key.name}` | {_type(key)} | {_default(key)} | {_cell(key.option.meaning)} |\n" for key in keys)
    return f"{text}\n| key | type | default | meaning |\n| --- | --- | --- | --- |\n{rows}"


def _type(key: Key) -> str:
    option = key.option
    name = "date" if key.date else _TYPES.get(option.kind, str(option.kind))
    name += f": {', '.join(option.choices)}" if option.choices else ""
    low, high = option.minimum, option.maximum
    bounds = [f"at least {_limit(low, option.kind)}"] if low is not None else []
    bounds += [f"at most {_limit(high, option.kind)}"] if high is not None else []
    return ", ".join((name, *bounds))


def _limit(value: float, kind: Kind) -> str:
    return show(value, kind).strip('"')


def _default(key: Key) -> str:
    option = key.option
    if key.required:
        return "required"
    if option.default in (None, "", ()):
        return ""
    return f"`{show(option.default, option.kind)}`"


def _cell(text: str) -> str:
    sentence = text[:1].upper() + text[1:]
    return (sentence if sentence.endswith((".", "!", "?")) else sentence + ".").replace("|", "\\|").replace("\n", " ")
