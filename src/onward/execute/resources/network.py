"""The registries, and accounts: variables of the user that reach no step but those that declare the need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onward.execute.resources.context import LeaseContext, ProbeContext
from onward.model.need import Account, Availability, Lease, Need


def registries(context: LeaseContext) -> Mapping[str, str]:
    """Return what leads to registries (addresses, proxies, certificates); what the step has of its own stays."""
    from onward.execute.provision.tools.provider import registry_environment  # noqa: PLC0415  # for steps alone

    known = context.variables
    found = registry_environment(context.run.site.environ)
    return {name: value for name, value in found.items() if name not in known}


def lease(needs: Sequence[Need], context: LeaseContext) -> Lease:
    """Give the way to the registries."""
    return Lease(giver=str(needs[0]), variables=registries(context))


def has_account(need: Account, context: ProbeContext) -> Availability:
    """Say whether its variable is set."""
    if context.offline:
        detail = f"offline: onward does not use the account {need.name}"
        return Availability(present=False, detail=detail, hint="run without --offline")
    if context.environ.get(need.name):
        return Availability(present=True, detail=f"{need.name} is set")
    return Availability(present=False, detail=f"no account: {need.name} is not set", hint=f"set {need.name}")


def account(needs: tuple[Account, ...], context: LeaseContext) -> Lease:
    """Give the keys, and the way to whoever takes them."""
    environ = context.run.site.environ
    keys = {need.name: environ[need.name] for need in needs if need.name in environ}
    return Lease(giver=str(needs[0]), variables={**registries(context), **keys}, secrets=tuple(keys.values()))
