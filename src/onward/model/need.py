"""What a step may need: the closed set of kinds, whether a machine meets a need, and what a step is handed for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar

from onward.model.application import BASE_SERVICE, SERVICE
from onward.model.evidence import Reason, ServiceUse, ToolUse


@dataclass(frozen=True)
class Need:
    """Something that a step needs; each kind is a class, `kind` its word for people, `name` tells those of one kind apart.

    `excuses` says that the machine is asked before anything is planned: where such a need is absent, the step is skipped.
    What is found out only when a step asks for it makes that step unverified. `served_as` is what stands for it among
    the services of a step, empty for what is no service.
    """

    kind: ClassVar[str] = ""
    excuses: ClassVar[bool] = True
    served_as: ClassVar[str] = ""

    name: str

    def __str__(self) -> str:
        """Return "kind:name"."""
        return f"{self.kind}:{self.name}"

    @property
    def service(self) -> str:
        """Its name among the services of a step."""
        return self.served_as.format(name=self.name)


class Interpreter(Need):
    """A Python of the matrix ("3.11"), which planning adds to what a check declares."""

    kind = "python"


@dataclass(frozen=True)
class EnvironmentUse(Need):
    """The project's environment, under the interpreter of the step.

    `additions` are requirements resolved with the project's locked versions as constraints into a derived environment;
    those whose package the project already declares are left out. `deployed` takes only what is deployed.
    """

    kind = "environment"

    name: str = "project"
    additions: tuple[str, ...] = ()
    deployed: bool = False


@dataclass(frozen=True)
class BaseTree(Need):
    """Files of the base, of those whose paths end in one of `suffixes` ("": all). One that is not here is no absence."""

    kind = "tree"

    name: str = "base"
    suffixes: tuple[str, ...] = ("",)


class Packages(Need):
    """The packages of a front end: the name is the folder whose package.json says which."""

    kind = "packages"


class Service(Need):
    """A service as the definition names it, or of that kind; those that it declares are started."""

    kind, served_as, excuses = "service", "{name}", False


class RunningApplication(Need):
    """The project's application, healthy, with every declared service."""

    kind, served_as = "application", "{name}"


class Advisories(Need):
    """OSV's advisories about an ecosystem ("PyPI"), imported or live; one service gives those of all."""

    kind, served_as = "advisories", "advisories"


class ScannerDatabase(Need):
    """The vulnerability database of a scanner ("trivy"), in the scanner's own format."""

    kind, served_as = "advisories", "{name}-database"


class RegistryAudit(Need):
    """A registry that answers the questions of a program ("npm-audit") about vulnerabilities."""

    kind = "advisories"


class DockerEngine(Need):
    """A Docker engine that answers."""

    kind = "docker"


class BaseImage(Need):
    """An image that the engine has or can fetch."""

    kind = "image"


class Browser(Need):
    """Chromium or Chrome."""

    kind = "browser"


class Account(Need):
    """A login: the name is the variable that holds its key. Steps that need it get that variable, no others."""

    kind = "account"


class Network(Need):
    """The registries. One that does not answer is found out by whoever needs it, it never excuses a step."""

    kind = "network"


APPLICATION, BASE_APPLICATION = RunningApplication(SERVICE), RunningApplication(BASE_SERVICE)
NPM_AUDIT = RegistryAudit("npm-audit")
DOCKER = DockerEngine("docker")
BROWSER = Browser("chromium")
NETWORK = Network("registries")


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Whether a need is met here: `detail` says by what, or what is missing; `hint` how to get it and what it costs.

    An empty detail says that nothing is asked beforehand: it is made when a step asks for it.
    """

    present: bool
    detail: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """What one resource hands to one step. `giver` names it where two give the same.

    `secrets` must not be kept in any text. `error` says afterwards why the step's result cannot be believed: what it
    used has died meanwhile.
    """

    giver: str
    tokens: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    tools: tuple[ToolUse, ...] = ()
    services: tuple[ServiceUse, ...] = ()
    notes: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    error: Callable[[], Reason | None] = lambda: None
