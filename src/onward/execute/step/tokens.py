"""What the tokens of a command stand for in one step: given by its leases, and put in their place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from onward.errors import ProvisionError
from onward.model.evidence import Reason
from onward.model.gate import Command
from onward.model.need import Lease

_TOKEN = re.compile(r"\{([a-z]+(?::[A-Za-z0-9._-]+|\.[a-z]+)?)\}")


def united(name: str, leases: Sequence[Lease]) -> Lease:
    """Return several leases as one; of variables the later ones win, a token that two give is a ProvisionError."""

    def error() -> Reason | None:
        return next((reason for lease in leases if (reason := lease.error())), None)

    return Lease(
        giver=name,
        tokens=_tokens(leases),
        variables={name: value for lease in leases for name, value in lease.variables.items()},
        # what builds on others comes last and is named first: a check's own tool, then the Python under it
        tools=tuple(use for lease in reversed(leases) for use in lease.tools),
        services=tuple(use for lease in leases for use in lease.services),
        notes=tuple(note for lease in leases for note in lease.notes),
        secrets=tuple(secret for lease in leases for secret in lease.secrets),
        error=error,
    )


def _tokens(leases: Sequence[Lease]) -> Mapping[str, str]:
    givers: dict[str, str] = {}
    for lease in leases:
        for token in lease.tokens:
            if token in givers:
                text = f"{{{token}}} is given twice, by {givers[token]} and by {lease.giver}"
                raise ProvisionError(text, where=token, hint="give one of them another name in onward.toml")
            givers[token] = lease.giver
    return {token: value for lease in leases for token, value in lease.tokens.items()}


def expand(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with each `{token}` replaced; braces around anything else stay.

    A token without a value is a ProvisionError: the command would otherwise run on a path that does not exist.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in values:
            raise ProvisionError(f"the command uses {{{name}}}, which this step does not provide", where=text)
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
