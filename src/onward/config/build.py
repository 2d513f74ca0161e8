"""A decoded `onward.toml` into the Pipeline, with every mistake noted by the reader."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from onward.config.application import read_application
from onward.config.gates import read_gates
from onward.config.key import with_default
from onward.config.reader import ConfigReader, Section
from onward.config.schema import PROJECT, SECTIONS, SERVICE, TOP, VARIABLE, WAIVED_BY, WAIVER, WORKSPACE
from onward.config.values import type_words
from onward.model import application as app
from onward.model.gate import Gate
from onward.model.pipeline import Pipeline, ServiceSpec, Waiver

_IMAGE = re.compile(r"(?:.*/)?(?P<kind>postgres|redis):(?P<version>[0-9]+(?:\.[0-9]+)*)(?:-.*)?")
_USUAL = {"postgres": "DATABASE_URL", "redis": "REDIS_URL"}


def build(raw: dict[str, object], reader: ConfigReader, gates: tuple[Gate, ...], folder: str) -> Pipeline:
    """Return the pipeline that `raw` describes; meaningless when the reader has mistakes afterwards.

    `folder` names the project where the definition does not.
    """
    top = reader.section(raw, (), TOP, also=SECTIONS)
    project = _project(raw, reader, folder)
    workspace = reader.section(raw.get("workspace", {}), ("workspace",), WORKSPACE)
    services = _services(raw, reader)
    environment = _environment(raw, reader, services)
    application = read_application(raw, reader)
    names = (*(service.name for service in services), *((app.SERVICE, app.BASE_SERVICE) if application else ()))
    settings, custom = read_gates(raw.get("gates", {}), reader, gates, names)
    return Pipeline(
        name=project.text("name"),
        pythons=project.texts("python"),
        deployed_python=project.text("deployed-python") or None,
        source=project.texts("source"),
        tests=project.texts("tests"),
        requirements=project.texts("requirements"),
        deployed_requirements=project.texts("deployed-requirements"),
        gates=settings,
        services=services,
        application=application,
        environment=environment,
        workspace_include=workspace.texts("include"),
        default_branch=project.text("default-branch"),
        offline=top.flag("offline"),
        custom=custom,
        waivers=_waivers(raw, reader, tuple(gate.gate for gate in settings)),
        origins=tuple(reader.origins),
    )


def _project(raw: Mapping[str, object], reader: ConfigReader, folder: str) -> Section:
    project = reader.section(raw.get("project", {}), ("project",), with_default(PROJECT, "name", folder))
    deployed, pythons = project.text("deployed-python"), project.texts("python")
    if deployed and pythons and deployed not in pythons:
        reader.complain(
            ("project", "deployed-python"), f'"{deployed}" is not in project.python; the deployed one must be tested'
        )
    return project


def _services(raw: Mapping[str, object], reader: ConfigReader) -> tuple[ServiceSpec, ...]:
    table = reader.table(raw.get("services", {}), ("services",))
    services = tuple(filter(None, (_service(name, entry, reader) for name, entry in table.items())))
    taken: dict[str, str] = {}
    for service in services:
        for variable in service.variables:
            if variable in taken:
                reader.complain(
                    ("services", service.name), f"{variable} is already set to the URL of services.{taken[variable]}"
                )
            taken[variable] = service.name
    return services


def _service(name: str, raw: object, reader: ConfigReader) -> ServiceSpec | None:
    here = ("services", name)
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", name):
        reader.complain(here, "a service's name must consist of lower-case letters, digits, - and _")
    given = raw if isinstance(raw, dict) else {}
    match = _IMAGE.fullmatch(str(given.get("image", "")))
    usual = _USUAL[match["kind"]] if match and "variables" not in given else None
    section = reader.section(raw, here, with_default(SERVICE, "variable", usual))
    if not match:
        return None
    variable, variables = section.text("variable"), section.texts("variables")
    if "variable" in given and "variables" in given:
        reader.complain((*here, "variable"), "set variable or variables, not both")
    return ServiceSpec(
        name=name,
        kind=match["kind"],
        image=section.text("image"),
        version=match["version"],
        variables=variables or (variable,),
        scheme=section.text("scheme"),
        extensions=section.texts("extensions"),
    )


def _environment(
    raw: Mapping[str, object], reader: ConfigReader, services: tuple[ServiceSpec, ...]
) -> tuple[tuple[str, str], ...]:
    table = reader.table(raw.get("environment", {}), ("environment",))
    taken = {variable: service.name for service in services for variable in service.variables}
    for name, value in table.items():
        here = ("environment", name)
        if not re.fullmatch(VARIABLE, name):
            reader.complain(here, "invalid variable name; use letters, digits and _")
        if not isinstance(value, str):
            reader.complain(here, f"expected a string, got {type_words(value)}; quote it")
        elif "\0" in value:
            reader.complain(here, "a variable cannot contain a null byte")
        if name in taken:
            reader.complain(here, f"services.{taken[name]} sets this variable; remove it here")
        reader.keep(here, value if isinstance(value, str) else None)
    return tuple((name, value) for name, value in sorted(table.items()) if isinstance(value, str))


def _waivers(raw: Mapping[str, object], reader: ConfigReader, gates: tuple[str, ...]) -> tuple[Waiver, ...]:
    entries = raw.get("waivers", [])
    if not isinstance(entries, list):
        reader.complain(("waivers",), f"expected [[waivers]] with two brackets, got {type_words(entries)}")
        return ()
    seen: dict[str, int] = {}
    waivers = []
    for number, entry in enumerate(entries):
        section = reader.section(entry, ("waivers", number), WAIVER)
        _waiver_rules(section, reader, number, gates)
        first = seen.setdefault(section.text("id"), number)
        if section.text("id") and first != number:
            reader.complain(("waivers", number, "id"), f'"{section.text("id")}" is also the id of waivers[{first}]')
        waivers.append(_waiver(section, reader, number))
    return tuple(filter(None, waivers))


def _waiver_rules(section: Section, reader: ConfigReader, number: int, gates: tuple[str, ...]) -> None:
    here = ("waivers", number)
    if section.text("gate") and section.text("gate") not in gates:
        reader.unknown((*here, "gate"), section.text("gate"), gates, "gate")
    if not any(section.text(name) for name in WAIVED_BY):
        reader.complain(here, f"matches nothing; set at least one of {', '.join(WAIVED_BY)}")


def _waiver(section: Section, reader: ConfigReader, number: int) -> Waiver | None:
    if not section.text("expires"):
        return None
    try:
        expires = date.fromisoformat(section.text("expires"))
    except ValueError:
        reader.complain(("waivers", number, "expires"), f'"{section.text("expires")}" is not a valid date')
        return None
    return Waiver(
        id=section.text("id"),
        gate=section.text("gate"),
        reason=section.text("reason"),
        owner=section.text("owner"),
        expires=expires,
        rule=section.text("rule"),
        fingerprint=section.text("fingerprint"),
        path=section.text("path"),
        subject=section.text("subject"),
        test=section.text("test"),
    )
