"""The part of the definition that speaks of gates: the registry's, and the user's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType

from onward.config.reader import ConfigReader, Section
from onward.config.schema import NAME, common, custom_keys, gate_keys
from onward.model.finding import Severity
from onward.model.gate import Gate
from onward.model.pipeline import CustomGate, GateSettings, OptionValue, Profile

_COUNT = r"""count = 'files=checked (\d+) files'"""


def read_gates(
    raw: object, reader: ConfigReader, gates: tuple[Gate, ...], services: tuple[str, ...]
) -> tuple[tuple[GateSettings, ...], tuple[CustomGate, ...]]:
    """Return settings for every gate, the registry's first, and the gates of the user's own."""
    table = reader.table(raw, ("gates",))
    settings = [_settings(gate, table.get(gate.id, {}), reader) for gate in gates]
    own = [name for name in table if name not in {gate.id for gate in gates}]
    custom = []
    for name in own:
        given = table[name]
        if not isinstance(given, dict) or "command" not in given:
            _no_such_gate(name, reader, gates)
            continue
        section = reader.section(given, ("gates", name), custom_keys())
        settings.append(_common(name, section, reader))
        custom.append(_custom(name, section, reader, services))
    _check_after(settings, reader)
    return tuple(settings), tuple(custom)


def _no_such_gate(name: str, reader: ConfigReader, gates: Iterable[Gate]) -> None:
    names = tuple(gate.id for gate in gates)
    reader.complain(("gates", name), f"unknown gate{reader.hint(name, names)} (a custom gate needs command and format)")


def _settings(gate: Gate, raw: object, reader: ConfigReader) -> GateSettings:
    section = reader.section(raw, ("gates", gate.id), gate_keys(gate))
    names = {key.name for key in common(gate)}
    options = {name: value for name, value in section.values.items() if name not in names}
    return _common(gate.id, section, reader, options)


def _common(
    name: str, section: Section, reader: ConfigReader, options: Mapping[str, OptionValue] | None = None
) -> GateSettings:
    here = ("gates", name)
    enabled = section.flag("enabled")
    if not enabled and not section.text("reason").strip():
        reader.complain((*here, "enabled"), 'enabled = false needs a reason: reason = "…"')
    if not enabled and section.flag("required"):
        reader.complain((*here, "required"), "a gate cannot be required and disabled")
    return GateSettings(
        gate=name,
        enabled=enabled,
        skip_reason="" if enabled else section.text("reason"),
        required=section.flag("required"),
        profiles=tuple(Profile(profile) for profile in section.texts("profiles")),
        block=Severity(section.text("block")),
        timeout_s=section.number("timeout", 0.0),
        after=section.texts("after"),
        options=MappingProxyType(dict(options or {})),
    )


def _custom(name: str, section: Section, reader: ConfigReader, services: tuple[str, ...]) -> CustomGate:
    here = ("gates", name)
    if not re.fullmatch(NAME, name):
        reader.complain(here, "a gate's name must consist of lower-case letters, digits and single -")
    for number, service in enumerate(section.texts("services")):
        if service not in services:
            reader.unknown((*here, "services", number), service, services, "service")
    if section.texts("command") and not section.texts("command")[0].strip():
        reader.complain((*here, "command", 0), "the program name is empty")
    _check_count(here, section, reader)
    return CustomGate(
        id=name,
        title=section.text("title") or name,
        command=section.texts("command"),
        format=section.text("format"),
        output=section.text("output"),
        count=section.text("count"),
        services=section.texts("services"),
        environment=section.flag("environment"),
    )


def _check_count(here: tuple[str, str], section: Section, reader: ConfigReader) -> None:
    count, path = section.text("count"), (*here, "count")
    if section.text("format") != "exit":
        if count:
            reader.complain(path, 'only format = "exit" needs a count; reports of the other formats contain theirs')
        return
    if not count:
        reader.complain(path, f"missing; an exit code does not show how much was checked: {_COUNT}")
        return
    what, _, pattern = count.partition("=")
    if not what.strip() or not pattern:
        reader.complain(path, f"expected NAME=EXPRESSION with a regular expression: {_COUNT}")
        return
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        reader.complain(path, f"not a regular expression ({error})")
        return
    if groups != 1:
        reader.complain(path, f"expected exactly one group (the number), got {groups}")


def _check_after(settings: Iterable[GateSettings], reader: ConfigReader) -> None:
    """Note gates in `after` that do not exist, and circles: nothing in a circle could ever start."""
    graph = {entry.gate: entry.after for entry in settings}
    for gate, after in graph.items():
        for number, other in enumerate(after):
            if other not in graph and ("gates", gate, "after") in reader.positions:
                reader.unknown(("gates", gate, "after", number), other, tuple(graph), "gate")
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
        reader.complain(("gates", circle[0], "after"), f"circular dependency: {' → '.join(reversed(circle))}")
