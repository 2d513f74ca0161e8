"""The part of the definition that speaks of the application: how it is started, and how it shows that it is up."""

from __future__ import annotations

import re
from collections.abc import Mapping

from onward.config.reader import ConfigReader, Section
from onward.config.schema import APPLICATION, COMPANION, HEADER, VARIABLE
from onward.config.values import quote, type_words
from onward.model.application import SERVICE, Application, Health, Server

_COMPANION = r"[a-z]+"
# Names that tokens of commands already mean something else by.
_TAKEN = (SERVICE, "base", "advisories", "postgres", "redis", "secret")
_TABLES = ("headers", "environment")
_TOKEN_LIKE = re.compile(r"\{([a-z]+)\.url\}")


def read_application(raw: Mapping[str, object], reader: ConfigReader) -> Application | None:
    """Return the application that is declared, None where none is."""
    if SERVICE not in raw:
        return None
    here = (SERVICE,)
    table = reader.table(raw[SERVICE], here)
    section = reader.section(table, here, APPLICATION, also=("prepare", "companions", *_TABLES))
    companions = reader.table(table.get("companions", {}), (*here, "companions"))
    application = Application(
        server=_server(SERVICE, table, section, reader),
        prepare=_prepare(table.get("prepare", []), reader),
        prepare_timeout_s=section.number("prepare-timeout", 0.0),
        node_packages=section.text("node-packages").strip("/"),
        companions=tuple(_companion(name, entry, reader) for name, entry in companions.items()),
    )
    _check(application, reader)
    return application


def _companion(name: str, raw: object, reader: ConfigReader) -> Server:
    here = (SERVICE, "companions", name)
    if not re.fullmatch(_COMPANION, name) or name in _TAKEN:
        reader.complain(here, f"a companion's name must be lower-case letters and none of {', '.join(_TAKEN)}")
    return _server(name, reader.table(raw, here), reader.section(raw, here, COMPANION, also=_TABLES), reader)


def _server(name: str, table: Mapping[str, object], section: Section, reader: ConfigReader) -> Server:
    here = _place(name)
    return Server(
        name=name,
        command=section.texts("command"),
        health=Health(
            path=section.text("health"),
            status=int(section.number("status", 200)),
            host=section.text("host"),
            headers=_pairs(table.get("headers", {}), (*here, "headers"), reader, HEADER),
        ),
        variable=section.text("variable"),
        environment=_pairs(table.get("environment", {}), (*here, "environment"), reader, VARIABLE),
        start_timeout_s=section.number("start-timeout", 0.0),
        stop_signal=section.text("stop-signal"),
    )


def _place(name: str) -> tuple[str, ...]:
    return (SERVICE,) if name == SERVICE else (SERVICE, "companions", name)


def _pairs(raw: object, here: tuple[str, ...], reader: ConfigReader, names: str) -> tuple[tuple[str, str], ...]:
    table = reader.table(raw, here)
    for name, value in table.items():
        if not re.fullmatch(names, name):
            reader.complain((*here, name), "invalid name")
        if not isinstance(value, str):
            reader.complain((*here, name), f"expected a string, got {type_words(value)}; quote it")
        elif any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
            reader.complain((*here, name), "control characters are not allowed")
        reader.keep((*here, name), value if isinstance(value, str) else None)
    return tuple((name, value) for name, value in sorted(table.items()) if isinstance(value, str))


def _prepare(raw: object, reader: ConfigReader) -> tuple[tuple[str, ...], ...]:
    here = (SERVICE, "prepare")
    if not isinstance(raw, list) or not all(isinstance(entry, list) for entry in raw):
        wanted = 'expected a list of commands, each a list of strings, such as [["alembic", "upgrade", "head"]]'
        reader.complain(here, f"{wanted}; got {type_words(raw)}")
        return ()
    for number, entry in enumerate(raw):
        if not entry or not all(isinstance(word, str) for word in entry) or not str(entry[0]).strip():
            reader.complain((*here, number), "expected a program and its arguments, all strings")
    commands = tuple(tuple(str(word) for word in entry) for entry in raw)
    for number, command in enumerate(commands):
        reader.keep((*here, number), command)
    return commands


def _check(application: Application, reader: ConfigReader) -> None:
    known = {server.name for server in application.servers}
    for server in application.servers:
        here = _place(server.name)
        if server.command and "port" not in server.tokens:
            reader.complain((*here, "command"), "{port} is missing; use it in the command or the environment")
        for name in _unknown_urls(server, known):
            reader.unknown(here, name, sorted(known), "server")
    taken: dict[str, str] = {}
    for server in application.servers:
        if server.variable in taken:
            reader.complain(
                (*_place(server.name), "variable"),
                f"{quote(server.variable)} is already set to the address of {taken[server.variable]}",
            )
        if server.variable:
            taken[server.variable] = server.name


def _unknown_urls(server: Server, known: set[str]) -> list[str]:
    texts = (*server.command, *(value for _, value in server.environment))
    return [name for text in texts for name in _TOKEN_LIKE.findall(text) if name not in known]
