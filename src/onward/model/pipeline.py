"""The validated definition: what `onward.toml` says once it has been read whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from onward.model.application import Application
from onward.model.finding import Severity

OptionValue = str | int | float | bool | tuple[str, ...] | None
NO_OPTIONS: Mapping[str, OptionValue] = MappingProxyType({})


class Profile(StrEnum):
    """A named selection of gates."""

    QUICK = "quick"
    FULL = "full"
    CI = "ci"


class Layer(StrEnum):
    """Where a value came from, weakest first."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    FLAG = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One effective value and where it was set: `where` is "onward.toml:12", a variable's or a flag's name, or empty."""

    key: str
    value: OptionValue
    layer: Layer
    where: str = ""


class Kind(StrEnum):
    """The type of an option as written in `onward.toml`."""

    STRING = "string"
    STRINGS = "strings"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DURATION = "duration"
    SIZE = "size"
    SEVERITY = "severity"
    PATHS = "paths"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Option:
    """One key of the definition, declared once: it validates, documents and completes. Tables of them read as such.

    Durations are held in seconds (float), sizes in bytes (int), paths relative to the project root.
    """

    name: str
    kind: Kind
    default: OptionValue
    meaning: str
    _: KW_ONLY
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """One gate's part of the definition: `enabled=False` excuses it with `skip_reason` as the stated reason."""

    gate: str
    enabled: bool = True
    skip_reason: str = ""
    required: bool = False
    profiles: tuple[Profile, ...] = (Profile.QUICK, Profile.FULL, Profile.CI)
    block: Severity = Severity.LOW
    timeout_s: float = 1200.0
    after: tuple[str, ...] = ()
    options: Mapping[str, OptionValue] = field(default_factory=lambda: NO_OPTIONS)

    def text(self, name: str) -> str:
        """Return the string option `name`, empty when unset."""
        value = self.options.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the list option `name`, empty when unset."""
        value = self.options.get(name)
        return value if isinstance(value, tuple) else ()

    def number(self, name: str) -> float | None:
        """Return the numeric option `name`, None when unset."""
        value = self.options.get(name)
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    def flag(self, name: str) -> bool:
        """Return the boolean option `name`, False when unset."""
        return self.options.get(name) is True


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """A declared service: `image` as "postgres:15"; its URL reaches steps in the variables of `variables`.

    `scheme` replaces the URL's scheme where the application's driver wants another ("postgresql+psycopg").
    """

    name: str
    kind: str
    image: str
    version: str
    variables: tuple[str, ...]
    scheme: str = ""
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A named exception: matches findings of `gate` by rule, and by fingerprint, path or subject where given."""

    id: str
    gate: str
    reason: str
    owner: str
    expires: date
    rule: str = ""
    fingerprint: str = ""
    path: str = ""
    subject: str = ""
    test: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomGate:
    """A gate of the user's own: `format` is sarif, junit, evidence or exit; exit needs `count` (what, regex with one group)."""

    id: str
    title: str
    command: tuple[str, ...]
    format: str
    output: str = ""
    count: str = ""
    services: tuple[str, ...] = ()
    environment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """The definition once validated. Inside onward nothing asks any more whether a key is missing."""

    name: str
    pythons: tuple[str, ...]
    deployed_python: str | None
    source: tuple[str, ...]
    tests: tuple[str, ...]
    requirements: tuple[str, ...]
    deployed_requirements: tuple[str, ...]
    gates: tuple[GateSettings, ...]
    services: tuple[ServiceSpec, ...] = ()
    application: Application | None = None
    environment: tuple[tuple[str, str], ...] = ()
    workspace_include: tuple[str, ...] = ()
    default_branch: str = "main"
    offline: bool = False
    custom: tuple[CustomGate, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    origins: tuple[Origin, ...] = ()

    def settings(self, gate: str) -> GateSettings:
        """Return the settings of `gate`; every gate has some."""
        return next(settings for settings in self.gates if settings.gate == gate)

    @property
    def highest_python(self) -> str | None:
        """The newest Python of the matrix, the one that tools which parse Python run under."""
        return max(self.pythons, key=_version_key, default=None)


def _version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
