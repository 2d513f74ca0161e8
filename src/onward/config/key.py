"""One key of `onward.toml`: an option, and what its value must look like beyond its type."""

from __future__ import annotations

from dataclasses import dataclass, replace

from onward.model.finding import Severity
from onward.model.pipeline import Kind, Option, OptionValue

FLOORS = tuple(str(severity) for severity in Severity if severity is not Severity.UNKNOWN)
PATH = r"(?![-/~])(?![A-Za-z]:)(?!([\s\S]*/)?\.\.(/|$))[^\\\u0000-\u001f\u007f]+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of a table: an option, and what its value must look like beyond its type.

    Every string in the value must match `pattern` as a whole; `form` says in words what that is.
    `filled` lists must not be empty. `date` also takes a TOML date.
    """

    option: Option
    required: bool = False
    pattern: str = ""
    form: str = ""
    filled: bool = False
    date: bool = False

    @property
    def distinct(self) -> bool:
        """Return whether a list of this key must not name the same thing twice; arguments of programs may."""
        return self.option.kind is Kind.PATHS or bool(self.option.choices or self.pattern)

    @property
    def name(self) -> str:
        """Return the key's name as written in `onward.toml`."""
        return self.option.name


def key(
    name: str,
    kind: Kind,
    default: OptionValue,
    meaning: str,
    *,
    required: bool = False,
    pattern: str = "",
    form: str = "",
    filled: bool = False,
    date: bool = False,
) -> Key:
    """Declare a key."""
    option = Option(name, kind, default, meaning)
    return Key(option=option, required=required, pattern=pattern, form=form, filled=filled, date=date)


def ruled(plain: Key, *, choices: tuple[str, ...] = (), minimum: float | None = None) -> Key:
    """Return the key with the values that it allows."""
    return replace(plain, option=replace(plain.option, choices=choices, minimum=minimum))


def with_default(keys: tuple[Key, ...], name: str, default: OptionValue) -> tuple[Key, ...]:
    """Return the keys with another default for the one called `name`."""
    return tuple(
        replace(entry, option=replace(entry.option, default=default)) if entry.name == name else entry for entry in keys
    )
