"""The text of `onward.toml`: found, read, decoded; and what to say when that fails."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from onward.config.positions import KeyPath, Position, positions
from onward.config.schema import FILE
from onward.errors import ConfigError
from onward.model.facts import Tree

LARGEST = 1_000_000
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_HINTS = (
    (re.compile(r"^(<{7}|={7}|>{7})"), "conflict marker of a merge; resolve the conflict"),
    (re.compile(r"^\s*[A-Za-z0-9_-]+\s*:"), "TOML writes `key = value`, not `key: value`"),
    (re.compile(r"=\s*(True|False)\b"), "TOML writes true and false in lower case"),
    (re.compile(r"=\s*(None|null)\b"), "TOML has no null; remove the key instead"),
    (re.compile(r'"[^"]*\\[^"]*"'), "a backslash starts an escape; use single quotes"),
    (re.compile(r"=\s*[A-Za-z/.][^\"'\[\]{}]*$"), "strings need quotes"),
    (re.compile(r"^\s*\["), "check whether this table or key is already defined above"),
)


def find(start: Path) -> Path | None:
    """Return the nearest `onward.toml` in `start` or above it, None when there is none."""
    folder = start.resolve()
    return next((here / FILE for here in (folder, *folder.parents) if _is_there(here / FILE)), None)


def _is_there(path: Path) -> bool:
    """A link to nowhere counts: passing over it would let another definition hold in silence."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):  # surely nothing of that name
        return False
    except OSError:
        # perhaps: reading it says why nobody can know
        return True
    return True


def read(path: Path) -> str:
    """Return the text of a definition; ConfigError when it cannot be one."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise ConfigError(
            f"cannot read {FILE}: {error.strerror}", where=str(path), hint="check that it is a readable file"
        ) from error
    if len(data) > LARGEST:
        raise ConfigError(
            f"{FILE} is larger than {LARGEST} bytes", where=str(path), hint="check that it is the right file"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{FILE} is not UTF-8 text", where=f"{path}:{line}", hint="save it as UTF-8") from error
    return text.replace("\r\n", "\n")


def read_from(tree: Tree, where: str) -> str | None:
    """Return the text of the definition in `tree`, None when there is none; ConfigError when it cannot be one."""
    if FILE not in tree.paths:
        return None
    text = tree.text(FILE)
    if text is None or len(text) > LARGEST:
        message = f"{FILE} is not UTF-8 text of at most {LARGEST} bytes"
        raise ConfigError(message, where=where, hint="check that it is the right file")
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def decode(text: str, where: str) -> tuple[dict[str, object], Mapping[KeyPath, Position]]:
    """Return the decoded TOML and where its keys stand; ConfigError with place and hint when it is broken."""
    try:
        return tomllib.loads(text), positions(text)
    except RecursionError as error:
        raise ConfigError(
            f"{FILE} is nested too deeply", where=where, hint="no key needs lists within lists"
        ) from error
    except ValueError as error:
        raise _broken(text, where, str(error)) from error


def _broken(text: str, where: str, message: str) -> ConfigError:
    lines = text.split("\n")
    match = _PLACE.search(message)
    line, column = (int(match[1]), int(match[2])) if match else (len(lines), len(lines[-1]) + 1)
    reason = message.split(" (at ", maxsplit=1)[0]
    mistake = f"{FILE}:{line}:{column} {reason}"
    around = [lines[number - 1] for number in (line, line - 1) if 1 <= number <= len(lines)]
    hint = next((hint for shown in around for pattern, hint in _HINTS if pattern.search(shown)), "")
    return ConfigError(
        f"{FILE} is not valid TOML: {reason}",
        where=f"{where}:{line}:{column}",
        hint=hint or "see https://toml.io for what TOML allows",
        mistakes=(mistake,),
    )
