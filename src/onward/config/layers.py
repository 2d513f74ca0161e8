"""Layers over the file: environment and flags, which may select or tighten and never weaken; and where things are kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from onward.config.suggest import did_you_mean
from onward.errors import ConfigError, PlatformError
from onward.model.pipeline import Layer, OptionValue, Origin, Pipeline, Profile
from onward.model.places import Places

_YES = ("1", "true", "yes", "on")
_NO = ("0", "false", "no", "off")
MOST_JOBS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What the command line may select or tighten; None and False mean "not given"."""

    profile: Profile | None = None
    jobs: int | None = None
    offline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A definition with what was selected around it. `jobs` is None where the machine decides."""

    pipeline: Pipeline
    root: Path
    profile: Profile
    jobs: int | None


def environ() -> Mapping[str, str]:
    """Return the environment as it is now: the one place where onward's own settings are taken from it."""
    return dict(os.environ)


def places(environ: Mapping[str, str]) -> Places:
    """Return where tools and records are kept: ONWARD_CACHE_DIR and ONWARD_STATE_DIR, else the XDG folders.

    Raises ConfigError when neither is given and HOME is not known, or when one is not an absolute path.
    """
    return Places(
        cache=_place(environ, "ONWARD_CACHE_DIR", "XDG_CACHE_HOME", ".cache"),
        state=_place(environ, "ONWARD_STATE_DIR", "XDG_STATE_HOME", ".local/state"),
    )


def platform_check(platform: str = sys.platform) -> None:
    """Raise PlatformError where onward does not run."""
    if platform in ("win32", "cygwin", "msys"):
        raise PlatformError(
            "onward runs on Linux and macOS, not on native Windows",
            where=platform,
            hint="use WSL 2: `wsl --install`, then install and run onward inside it",
        )


def overlay(pipeline: Pipeline, environ: Mapping[str, str], flags: Flags) -> tuple[Pipeline, Profile, int | None]:
    """Lay environment and flags over the file; ConfigError when they are malformed or would weaken `ci`."""
    profile = _profile(environ, flags)
    jobs = _jobs(environ, flags)
    offline = _offline(pipeline, environ, flags)
    chosen = Profile(str(profile.value))
    if offline.value and chosen is Profile.CI:
        raise ConfigError(
            "profile ci cannot run offline: it would skip checks that it requires",
            where=offline.where,
            hint="use profile full, or remove the setting `offline`",
        )
    origins = tuple(offline if origin.key == "offline" else origin for origin in pipeline.origins)
    layered = replace(pipeline, offline=offline.value is True, origins=(*origins, profile, jobs))
    return layered, chosen, jobs.value if isinstance(jobs.value, int) else None


def _place(environ: Mapping[str, str], own: str, shared: str, below_home: str) -> Path:
    if environ.get(own):
        return _absolute(own, environ[own])
    if environ.get(shared, "").startswith("/"):  # the XDG rules say to ignore relative ones
        return Path(environ[shared]) / "onward"
    if environ.get("HOME"):
        return _absolute("HOME", environ["HOME"]) / below_home / "onward"
    raise ConfigError(
        "cannot choose a folder for onward's files: HOME is not set", where="HOME", hint=f"set {own} to a folder"
    )


def _absolute(name: str, value: str) -> Path:
    if not value.startswith("/"):
        raise ConfigError(f"{name} is not an absolute path: {value}", where=name, hint="use an absolute path")
    return Path(value)


def _offline(pipeline: Pipeline, environ: Mapping[str, str], flags: Flags) -> Origin:
    if flags.offline:
        return _origin("offline", True, Layer.FLAG, "--offline")
    text = environ.get("ONWARD_OFFLINE", "").strip().lower()
    if text in _YES or text in _NO:
        return _origin("offline", text in _YES, Layer.ENVIRONMENT, "ONWARD_OFFLINE")
    if text:
        raise ConfigError(f'ONWARD_OFFLINE is "{text}"', where="ONWARD_OFFLINE", hint="set 1 or 0")
    found = (origin for origin in pipeline.origins if origin.key == "offline")
    return next(found, _origin("offline", pipeline.offline, Layer.DEFAULT))


def _profile(environ: Mapping[str, str], flags: Flags) -> Origin:
    if flags.profile is not None:
        return _origin("profile", str(flags.profile), Layer.FLAG, "--profile")
    text = environ.get("ONWARD_PROFILE", "").strip()
    if not text:
        return _origin("profile", str(Profile.FULL), Layer.DEFAULT)
    if text not in tuple(Profile):
        words = ", ".join(Profile)
        hint = did_you_mean(text, Profile) or f"profiles: {words}"
        raise ConfigError(f'unknown profile "{text}"', where="ONWARD_PROFILE", hint=hint)
    return _origin("profile", text, Layer.ENVIRONMENT, "ONWARD_PROFILE")


def _jobs(environ: Mapping[str, str], flags: Flags) -> Origin:
    if flags.jobs is not None:
        return _origin("jobs", _job_count(str(flags.jobs), "--jobs"), Layer.FLAG, "--jobs")
    text = environ.get("ONWARD_JOBS", "").strip()
    if text:
        return _origin("jobs", _job_count(text, "ONWARD_JOBS"), Layer.ENVIRONMENT, "ONWARD_JOBS")
    return _origin("jobs", None, Layer.DEFAULT)


def _job_count(text: str, where: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= len(str(MOST_JOBS)) and 1 <= int(text) <= MOST_JOBS:
        return int(text)
    raise ConfigError(f'{where} is "{text}"', where=where, hint=f"use an integer from 1 to {MOST_JOBS}")


def _origin(key: str, value: OptionValue, layer: Layer, where: str = "") -> Origin:
    return Origin(key=key, value=value, layer=layer, where=where)
