"""What has been read so far from one definition: every mistake with its place, every value with its origin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from onward.config.key import Key
from onward.config.positions import KeyPath, Position
from onward.config.suggest import did_you_mean, one_of
from onward.config.values import WrongValueError, parse, quote, type_words
from onward.model.pipeline import Layer, OptionValue, Origin

_PATIENCE = 100
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Section:
    """The values of one table, complete with defaults."""

    values: Mapping[str, OptionValue]

    def text(self, name: str) -> str:
        """Return a text, empty when unset."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, empty when unset."""
        value = self.values.get(name)
        return value if isinstance(value, tuple) else ()

    def number(self, name: str, default: float) -> float:
        """Return a number, `default` when unset."""
        value = self.values.get(name)
        return float(value) if isinstance(value, int | float) else default

    def flag(self, name: str) -> bool:
        """Return whether a switch is on."""
        return self.values.get(name) is True


@dataclass(slots=True)
class ConfigReader:
    """Collects mistakes and origins while the text `name` is read; the only mutable thing in this package."""

    name: str
    positions: Mapping[KeyPath, Position] = field(default_factory=dict)
    wrong: list[tuple[Position, str]] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)

    def complain(self, path: KeyPath, text: str) -> None:
        """Note a mistake at `path`, or at the nearest thing around it that stands in the text."""
        position = self._position(path)
        self.wrong.append((position, f"{self.name}:{position.line}:{position.column} {dotted(path)}: {text}"))

    def unknown(self, path: KeyPath, word: str, words: Iterable[str], what: str) -> None:
        """Note that `word` names nothing that exists, with the closest of `words` as a hint."""
        self.complain(path, f"unknown {what} {quote(word)}{self.hint(word, tuple(words))}")

    def mistakes(self) -> tuple[str, ...]:
        """Return every mistake in the order of the text."""
        return tuple(text for _, text in sorted(self.wrong, key=lambda entry: (entry[0].line, entry[0].column)))

    def keep(self, path: KeyPath, value: OptionValue) -> None:
        """Note the origin of a value: the file when `path` stands in it, else the default."""
        position = self.positions.get(path)
        layer = Layer.FILE if position else Layer.DEFAULT
        where = f"{self.name}:{position.line}" if position else ""
        self.origins.append(Origin(key=dotted(path), value=value, layer=layer, where=where))

    def table(self, raw: object, path: KeyPath) -> dict[str, object]:
        """Return `raw` as a table, an empty one (with a mistake noted) when it is something else."""
        if isinstance(raw, dict):
            return raw
        self.complain(path, f"expected a table, got {type_words(raw)}")
        return {}

    def section(self, raw: object, path: KeyPath, keys: tuple[Key, ...], also: Iterable[str] = ()) -> Section:
        """Read one table: known keys by their declaration, unknown ones as mistakes; `also` are read elsewhere."""
        table = self.table(raw, path)
        names = (*(key.name for key in keys), *also)
        for name in table:
            if name not in names:
                self.complain((*path, name), f"unknown key{self.hint(name, names)}")
        return Section({key.name: self._value(table, path, key) for key in keys})

    def hint(self, word: str, known: tuple[str, ...]) -> str:
        """Suggest a word; not any more where a file is mistaken throughout, because looking takes its time."""
        return "" if len(self.wrong) > _PATIENCE else f"; {did_you_mean(word, known) or 'known: ' + one_of(known)}"

    def _value(self, table: Mapping[str, object], path: KeyPath, key: Key) -> OptionValue:
        here = (*path, key.name)
        value = key.option.default
        if key.name in table:
            value = self._parsed(table[key.name], here, key)
        elif key.required:
            self.complain(here, f"missing; {_lower_first(key.option.meaning)}")
        self.keep(here, value)
        return value

    def _parsed(self, raw: object, here: KeyPath, key: Key) -> OptionValue:
        try:
            return parse(raw, key)
        except WrongValueError as error:
            self.complain(here if error.element is None else (*here, error.element), str(error))
            return key.option.default

    def _position(self, path: KeyPath) -> Position:
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, Position(1, 1))


def dotted(path: KeyPath) -> str:
    """Write a key path the way people do: `gates.tests.timeout`, `waivers[0].id`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if _BARE.fullmatch(part) else quote(part))
    return text


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")
