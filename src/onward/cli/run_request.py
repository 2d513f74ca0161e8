"""From the words of a command line to an request for the flow."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from pathlib import Path

from onward.config import layers
from onward.config.layers import Flags
from onward.errors import UsageError
from onward.flow import RunRequest
from onward.model.pipeline import Profile


def request(
    *,
    gates: tuple[str, ...] = (),
    profile: str | None = None,
    base: str | None = None,
    changed: bool = False,
    jobs: int | None = None,
    offline: bool = False,
) -> RunRequest:
    """Return the request for the folder that onward was called in, at this moment."""
    environ = layers.environ()
    return RunRequest(
        start=here(),
        flags=Flags(profile=Profile(profile) if profile else None, jobs=jobs, offline=offline),
        environ=environ,
        places=layers.places(environ),
        clock=_now,
        run_id=f"{_now():%Y%m%dT%H%M%S}-{secrets.token_hex(3)}",
        named=gates,
        changed=changed,
        base=base,
    )


def here() -> Path:
    """Return the folder that onward was called in; UsageError when it is gone."""
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise UsageError("the current folder no longer exists", hint="change to an existing folder") from error


def today() -> date:
    """Return the date in UTC."""
    return _now().date()


def _now() -> datetime:
    return datetime.now(UTC)
