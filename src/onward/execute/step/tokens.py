"""Replace the tokens of a command by what they stand for in one step."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from onward.errors import ProvisionError
from onward.model.gate import Command

_TOKEN = re.compile(r"\{([a-z]+(?::[A-Za-z0-9._-]+|\.[a-z]+)?)\}")


def expand(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with each `{token}` replaced; braces around anything else stay.

    A token without a value is a ProvisionError: the command would otherwise run on a path that does not exist.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in values:
            raise ProvisionError(f"the command asks for {{{name}}}, which this step does not have", where=text)
        return values[name]

    return _TOKEN.sub(value, text)


def expand_command(command: Command, values: Mapping[str, str]) -> Command:
    """Return the command with every token of argv, environment and working directory replaced."""
    return replace(
        command,
        argv=tuple(expand(word, values) for word in command.argv),
        env=tuple((name, expand(value, values)) for name, value in command.env),
        cwd=expand(command.cwd, values),
    )
