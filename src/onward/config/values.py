"""One value of `onward.toml` as its key wants it: seconds, bytes, tuples; or what is wrong with it."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time

from onward.config.key import FLOORS, PATH, Key
from onward.config.suggest import did_you_mean
from onward.config.units import seconds, show_seconds, show_size, size
from onward.errors import ConfigError
from onward.model.pipeline import Kind, OptionValue

_LISTS = (Kind.STRINGS, Kind.PATHS)
_NUMBER_LIKE = (int, float)


class WrongValueError(ConfigError):
    """A value that its key does not take; `element` is the number of the list's element that is at fault."""

    def __init__(self, text: str, element: int | None = None) -> None:
        super().__init__(text)
        self.element = element


def parse(raw: object, key: Key) -> OptionValue:
    """Return the decoded TOML value `raw` as the pipeline holds it; WrongValueError when `key` does not take it."""
    if key.option.kind in _LISTS:
        return _strings(raw, key)
    if key.date and isinstance(raw, date) and not isinstance(raw, datetime):
        return raw.isoformat()
    return _single(raw, key)


def quote(text: str) -> str:
    """Write a text as TOML does; whatever could move a cursor is escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(letter if letter.isprintable() else _escape(letter) for letter in escaped) + '"'


def show(value: OptionValue, kind: Kind) -> str:
    """Write a value the way `onward.toml` has it; an unset one as "unset"."""
    if isinstance(value, tuple):
        return "[" + ", ".join(quote(item) for item in value) + "]"
    if isinstance(value, str):
        return quote(value)
    if value is None or isinstance(value, bool):
        return "unset" if value is None else str(value).lower()
    if kind is Kind.DURATION:
        return quote(show_seconds(value))
    return quote(show_size(int(value))) if kind is Kind.SIZE else f"{value:.15g}"


def type_words(raw: object) -> str:
    """Name a decoded TOML value for a message."""
    match raw:
        case bool():
            return str(raw).lower()
        case str():
            return quote(raw if len(raw) <= 40 else raw[:37] + "…")
        case int() | float():
            return f"the number {raw}"
        case datetime() | date() | time():
            return f"the date or time {raw}"
        case list():
            return "a list"
        case _:
            return "a table"


def _escape(letter: str) -> str:
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"


def _strings(raw: object, key: Key) -> tuple[str, ...]:
    if isinstance(raw, str):
        raise WrongValueError(f"expected a list, got {type_words(raw)}; write [{quote(raw)}]")
    if not isinstance(raw, list):
        raise WrongValueError(f"expected a list of strings, got {type_words(raw)}")
    if key.filled and not raw:
        raise WrongValueError("the list must not be empty")
    items = []
    for number, item in enumerate(raw):
        items.append(_text(item, key, number))
        if key.distinct and items[-1] in items[:-1]:
            raise WrongValueError(f"{quote(items[-1])} is in the list twice", number)
    return tuple(items)


def _text(raw: object, key: Key, element: int | None = None) -> str:
    if isinstance(raw, _NUMBER_LIKE) and not isinstance(raw, bool):
        raise WrongValueError(f"expected a string, got {type_words(raw)}; quote it" + _example(raw, key), element)
    if not isinstance(raw, str):
        raise WrongValueError(f"expected a string, got {type_words(raw)}", element)
    _choice(raw, key.option.choices, element)
    _path(raw, key, element)
    if key.pattern and not re.fullmatch(key.pattern, raw):
        raise WrongValueError(f"expected {key.form or 'a different form'}, got {type_words(raw)}", element)
    return raw


def _example(raw: float, key: Key) -> str:
    if "python" not in key.name:
        return ""
    return f', as in "{raw}"' if raw != 3.1 else ', as in "3.10" (without quotes 3.10 is the number 3.1)'


def _choice(raw: str, choices: tuple[str, ...], element: int | None = None) -> None:
    if choices and raw not in choices:
        hint = did_you_mean(raw, choices)
        raise WrongValueError(
            f"{quote(raw)} is not one of {', '.join(choices)}" + (f"; {hint}" if hint else ""), element
        )


def _path(raw: str, key: Key, element: int | None) -> None:
    if (key.option.kind is Kind.PATHS or key.pattern == PATH) and not re.fullmatch(PATH, raw):
        raise WrongValueError(f"expected a path inside the project (with /), got {type_words(raw)}", element)


def _single(raw: object, key: Key) -> OptionValue:
    option = key.option
    match option.kind:
        case Kind.BOOLEAN:
            if not isinstance(raw, bool):
                raise WrongValueError(f"expected true or false, got {type_words(raw)}")
            return raw
        case Kind.INTEGER | Kind.NUMBER:
            return _ranged(_number(raw, whole=option.kind is Kind.INTEGER), key)
        case Kind.DURATION:
            return _ranged(_united(raw, key), key)
        case Kind.SIZE:
            return _ranged(_united(raw, key), key)
        case Kind.SEVERITY:
            text = _text(raw, key)
            _choice(text, FLOORS)
            return text
        case _:
            return _text(raw, key)


def _number(raw: object, *, whole: bool) -> int | float:
    if isinstance(raw, bool) or not isinstance(raw, _NUMBER_LIKE):
        raise WrongValueError(f"expected a number, got {type_words(raw)}")
    if whole and not isinstance(raw, int):
        raise WrongValueError(f"expected an integer, got {raw}")
    if not math.isfinite(raw):
        raise WrongValueError(f"expected a finite number, got {raw}")
    return raw


def _united(raw: object, key: Key) -> int | float:
    """Read a duration or size; a bare number has no unit and is refused rather than guessed."""
    reader, unit = (seconds, "s") if key.option.kind is Kind.DURATION else (size, "MB")
    if isinstance(raw, _NUMBER_LIKE) and not isinstance(raw, bool):
        raise WrongValueError(f'{type_words(raw)} has no unit; for example "{raw}{unit}"')
    if not isinstance(raw, str):
        raise WrongValueError(f"expected a string with a unit, got {type_words(raw)}")
    try:
        return reader(raw)
    except ValueError as error:
        raise WrongValueError(f"{error}, got {type_words(raw)}") from error


def _ranged(value: float, key: Key) -> int | float:
    option = key.option
    if option.minimum is not None and value < option.minimum:
        raise WrongValueError(f"must be at least {show(_as_kind(option.minimum, option.kind), option.kind)}")
    if option.maximum is not None and value > option.maximum:
        raise WrongValueError(f"must be at most {show(_as_kind(option.maximum, option.kind), option.kind)}")
    return value


def _as_kind(limit: float, kind: Kind) -> float | int:
    return int(limit) if kind in (Kind.INTEGER, Kind.SIZE) else float(limit)
