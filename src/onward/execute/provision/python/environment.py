"""Build the project's environments with uv from what it declares; made once, never installed into afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from onward.errors import ProvisionError
from onward.execute.cache.store import Made, Note, Store
from onward.execute.process.processes import Processes
from onward.execute.provision.installer import Installer
from onward.execute.provision.python.declared import Declared, declared
from onward.execute.provision.python.installed import digest_of, installed_in
from onward.execute.provision.python.interpreters import Interpreter, Interpreters
from onward.execute.provision.python.recipe import Recipe
from onward.model.facts import Project
from onward.model.need import EnvironmentUse
from onward.model.pipeline import Pipeline
from onward.model.places import Places

KIND = "environments"
# Bump when environments are made in another way, so that old ones are not taken for new.
_RECIPE = "2"
_REGISTRIES = ("UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_INDEX", "UV_INDEX_URL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A finished environment of the project.

    `version` is its interpreter's ("3.11.7"). `digest` pins interpreter and installed distributions. `import_roots` are folders relative to {tree} ("." is {tree}
    itself) that must come first on the import path: there is the code of packages whose metadata is installed.
    """

    python: Path
    version: str
    bin: Path
    digest: str
    packages: tuple[tuple[str, str], ...]
    import_roots: tuple[str, ...] = ()

    def package_version(self, package: str) -> str | None:
        """Return the installed version of `package` (canonical name), or None."""
        return dict(self.packages).get(package)


class Environments:
    """Makes environments under the cache; they are held until `close`."""

    def __init__(
        self,
        places: Places,
        processes: Processes,
        registry_env: Mapping[str, str],
        interpreters: Interpreters | None = None,
    ) -> None:
        self._installer = Installer(places, processes, registry_env)
        self._store = Store(places.cache, lambda: processes.interrupted)
        self._interpreters = interpreters or Interpreters(registry_env, places)

    def prepare(self, project: Project, pipeline: Pipeline, python: str, use: EnvironmentUse) -> Environment:
        """Return the environment of `project` under the interpreter `python` ("3.11").

        Additions come into a derived environment, resolved with everything that the project has as constraints.
        Nothing is started when it was made before. Raises ProvisionError, for a conflict with both sides named.
        """
        interpreter = self._interpreters.find(python)
        if interpreter is None:
            raise ProvisionError(
                f"Python {python} not found on this machine",
                where=f"python {python}",
                hint=f"install it, for example with `uv python install {python}` or `pyenv install {python}`",
            )
        given = pipeline.deployed_requirements if use.deployed else pipeline.requirements
        wanted = declared(project.root, project.files, given, deployed=use.deployed)
        recipe = Recipe(declared=wanted, root=project.root, project_files=project.files, installer=self._installer)
        base_key = _key(wanted, interpreter, self._installer.environ)
        base = self._store.obtain(KIND, base_key, lambda folder: _make(folder, recipe, interpreter))
        missing = _missing(use.additions, base)
        if not missing:
            return _environment(base)
        pins = tuple(base.note["pins"])
        key = f"{base_key}-{hashlib.sha256(chr(0).join(missing).encode()).hexdigest()[:12]}"

        def derive(folder: Path) -> Note:
            note = _make(folder, recipe, interpreter, pins=pins, additions=missing)
            _refuse_drift(base, note)
            return note

        return _environment(self._store.obtain(KIND, key, derive))

    def close(self) -> None:
        """Let go of the environments; from now on they may be pruned."""
        self._store.close()


def _make(
    folder: Path,
    recipe: Recipe,
    interpreter: Interpreter,
    *,
    pins: tuple[str, ...] = (),
    additions: tuple[str, ...] = (),
) -> Note:
    venv = folder / "env"
    recipe.installer.venv(interpreter.path, venv, folder / "make.log")
    roots = recipe.install(folder, pins)
    if additions:
        recipe.add(folder, additions, pins)
    packages = installed_in(venv)
    return {
        "python": interpreter.full_version,
        "digest": digest_of(packages, interpreter.full_version),
        "packages": [(package.name, package.version) for package in packages],
        "pins": [package.pin for package in packages if not package.origin],
        "import_roots": roots,
    }


def _environment(made: Made) -> Environment:
    note = made.note
    return Environment(
        python=made.path / "env" / "bin" / "python",
        version=note["python"],
        bin=made.path / "env" / "bin",
        digest=note["digest"],
        packages=tuple((name, version) for name, version in note["packages"]),
        import_roots=tuple(note["import_roots"]),
    )


def _key(wanted: Declared, interpreter: Interpreter, environ: Mapping[str, str]) -> str:
    """Name the folder by all that decides its contents, except what the registry answers."""
    registries = sorted(f"{name}={value}" for name, value in environ.items() if name in _REGISTRIES)
    parts = (_RECIPE, wanted.digest, interpreter.full_version, str(interpreter.path), *registries)
    return f"{interpreter.full_version}-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:20]}"


def _missing(additions: tuple[str, ...], base: Made) -> tuple[str, ...]:
    """Return the additions whose package the project does not have, sorted."""
    present = {name for name, _ in base.note["packages"]}
    return tuple(sorted(addition for addition in additions if _name(addition) not in present))


def _name(requirement: str) -> str:
    try:
        return canonicalize_name(Requirement(requirement).name)
    except InvalidRequirement as error:
        raise ProvisionError(f"{requirement!r} is not a valid requirement: {error}", where=requirement) from error


def _refuse_drift(base: Made, derived: Note) -> None:
    now = dict(derived["packages"])
    changed = [
        f"{name} {version} → {now.get(name)}" for name, version in base.note["packages"] if now.get(name) != version
    ]
    if changed:
        raise ProvisionError(
            f"installing additions changed packages of the project: {', '.join(changed)}",
            where="environment",
            hint="pin these packages in the project's requirements",
        )
