"""The part of the definition that speaks of gates: the hall's, and the user's own."""

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
    raw: object, sheet: ConfigReader, gates: tuple[Gate, ...], services: tuple[str, ...]
) -> tuple[tuple[GateSettings, ...], tuple[CustomGate, ...]]:
    """Return settings for every gate, the hall's first, and the gates of the user's own."""
    table = sheet.table(raw, ("gates",))
    settings = [_settings(gate, table.get(gate.id, {}), sheet) for gate in gates]
    own = [name for name in table if name not in {gate.id for gate in gates}]
    custom = []
    for name in own:
        given = table[name]
        if not isinstance(given, dict) or "command" not in given:
            _no_such_gate(name, sheet, gates)
            continue
        section = sheet.section(given, ("gates", name), custom_keys())
        settings.append(_common(name, section, sheet))
        custom.append(_custom(name, section, sheet, services))
    _check_after(settings, sheet)
    return tuple(settings), tuple(custom)


def _no_such_gate(name: str, sheet: ConfigReader, gates: Iterable[Gate]) -> None:
    names = tuple(gate.id for gate in gates)
    sheet.complain(
        ("gates", name), f"unknown gate{sheet.hint(name, names)} (a gate of your own needs command and format)"
    )


def _settings(gate: Gate, raw: object, sheet: ConfigReader) -> GateSettings:
    section = sheet.section(raw, ("gates", gate.id), gate_keys(gate))
    names = {key.name for key in common(gate)}
    options = {name: value for name, value in section.values.items() if name not in names}
    return _common(gate.id, section, sheet, options)


def _common(
    name: str, section: Section, sheet: ConfigReader, options: Mapping[str, OptionValue] | None = None
) -> GateSettings:
    here = ("gates", name)
    enabled = section.flag("enabled")
    if not enabled and not section.text("reason").strip():
        sheet.complain((*here, "enabled"), 'a gate that is switched off needs a reason: reason = "…"')
    if not enabled and section.flag("required"):
        sheet.complain((*here, "required"), "a gate cannot be required and switched off")
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


def _custom(name: str, section: Section, sheet: ConfigReader, services: tuple[str, ...]) -> CustomGate:
    here = ("gates", name)
    if not re.fullmatch(NAME, name):
        sheet.complain(here, "a gate's name has small letters, digits and single - only")
    for number, service in enumerate(section.texts("services")):
        if service not in services:
            sheet.unknown((*here, "services", number), service, services, "service")
    if section.texts("command") and not section.texts("command")[0].strip():
        sheet.complain((*here, "command", 0), "the program's name is empty")
    _check_count(here, section, sheet)
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


def _check_count(here: tuple[str, str], section: Section, sheet: ConfigReader) -> None:
    count, path = section.text("count"), (*here, "count")
    if section.text("format") != "exit":
        if count:
            sheet.complain(path, 'only format = "exit" counts with an expression; the other formats count themselves')
        return
    if not count:
        sheet.complain(path, f"missing; an exit code says nothing of what was looked at: {_COUNT}")
        return
    what, _, pattern = count.partition("=")
    if not what.strip() or not pattern:
        sheet.complain(path, f"expected what is counted, =, and a regular expression: {_COUNT}")
        return
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        sheet.complain(path, f"not a regular expression ({error})")
        return
    if groups != 1:
        sheet.complain(path, f"needs exactly one group, the number; this has {groups}")


def _check_after(settings: Iterable[GateSettings], sheet: ConfigReader) -> None:
    """Note gates in `after` that do not exist, and circles: nothing in a circle could ever start."""
    graph = {entry.gate: entry.after for entry in settings}
    for gate, after in graph.items():
        for number, other in enumerate(after):
            if other not in graph and ("gates", gate, "after") in sheet.spots:
                sheet.unknown(("gates", gate, "after", number), other, tuple(graph), "gate")
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
        sheet.complain(("gates", circle[0], "after"), f"waits for itself: {' → '.join(reversed(circle))}")
