"""The gate `migrations`: every alembic revision on a real PostgreSQL, with rows in the tables."""

from __future__ import annotations

import re
from pathlib import Path

from onward.gates.migrations.defects import DEFECTS
from onward.gates.migrations.read import LINTED, REVERSIBLE, WALK, read
from onward.model.gate import Applies, Check, CheckContext, Command, Gate, Keep, Matrix, Purpose, Where
from onward.model.guest import hosting_command
from onward.model.need import BaseTree, EnvironmentUse, Service
from onward.model.pipeline import Kind, Option, Profile
from onward.model.toolbox import SQUAWK

_SERVED = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*(?:\(\))?")


def commands(context: CheckContext) -> tuple[Command, ...]:
    """Bring the database to where the base left it, walk from there, then lint the SQL that really ran."""
    return (*_base(context), _walk(context), _lint(context))


def _base(context: CheckContext) -> tuple[Command, ...]:
    """Let the base's own code migrate the database, so that new revisions meet what is deployed today."""
    if context.project.revision.base is None or not _changed(context):
        return ()
    migrate = _guest(context, "migrate_base", "--folder", "{base.tree}", "--missing={base.missing}")
    return (Command(argv=migrate, env=_env("{base.tree}"), writes=("base.json",), purpose=Purpose.CONVERT),)


def _changed(context: CheckContext) -> tuple[str, ...]:
    return tuple(path for path in context.project.changed or () if path.endswith(".py"))


def _walk(context: CheckContext) -> Command:
    words = tuple(word for path in _changed(context) for word in ("--changed", path))
    # without a base nothing is known to be new, so only a wish lints anything
    lint = ("--lint-all",) if context.settings.text("lint") == "all" else ()
    models = ("--no-models",) if context.settings.options.get("models") is False else ()
    argv = _guest(context, "walk_migrations", *lint, *models, *words)
    return Command(argv=argv, env=_env("{tree}"), writes=(WALK,))


def _guest(context: CheckContext, program: str, *more: str) -> tuple[str, ...]:
    config = context.settings.text("config")
    variables = (word for name in _variables(context) for word in ("--variable", name))
    target = ("--application", served) if (served := _served(context)) else ()
    return hosting_command(f"migrations/{program}", "--config", config, "--out", "{out}", *variables, *target, *more)


def _served(context: CheckContext) -> str:
    """Return the application as [application] names it to its server, "module:name"; empty where it does not."""
    command = context.pipeline.application.server.command if context.pipeline.application else ()
    return next((word for word in command if _SERVED.fullmatch(word)), "")


def _variables(context: CheckContext) -> tuple[str, ...]:
    services = [service for service in context.pipeline.services if service.kind == "postgres"]
    return services[0].variables if services else ("DATABASE_URL",)


def _env(root: str) -> tuple[tuple[str, str], ...]:
    """Put the tree's own folders before everything else: base and change must each import their own code."""
    return (("PYTHONPATH", f"{root}:{root}/src"),)


def _lint(context: CheckContext) -> Command:
    own = ".squawk.toml"
    config = ("--config", "{tree}/" + own) if own in context.project.files else ()
    argv = ("{tool:squawk}", "--reporter", "json", *config, "lint/*.sql")
    return Command(argv=argv, accepts=(0, 1), cwd="{out}", stdout=LINTED)


def applies(context: CheckContext) -> Applies:
    """Apply where alembic's configuration file is."""
    config = context.settings.text("config")
    if config in context.project.files:
        return Applies(yes=True, why="")
    why = f"{config} not found (set `config` to its path); onward supports alembic's migrations only"
    return Applies(yes=False, why=why)


GATE = Gate(
    id="migrations",
    title="Migrations",
    blurb="every new revision goes up, down and up again on PostgreSQL with rows; models match; no dangerous locks",
    folder=Path(__file__).parent,
    checks=(
        Check(
            id="alembic",
            commands=commands,
            read=read,
            applies=applies,
            profiles=(Profile.FULL, Profile.CI),
            matrix=Matrix.DEPLOYED,
            where=Where.OWN,
            needs=(
                SQUAWK,
                BaseTree(),
                EnvironmentUse(additions=("pytest-cov", "pytest-xdist")),
                Service("postgres"),
            ),
            keeps=(
                Keep(kind="migrations", path=WALK, media_type="application/json"),
                Keep(kind="sql", path="sql", media_type="application/sql", optional=True),
            ),
        ),
    ),
    defects=DEFECTS,
    options=(
        Option("config", Kind.STRING, "alembic.ini", "Alembic's configuration file."),
        Option(
            "lint",
            Kind.CHOICE,
            "new",
            "Lint the SQL of new revisions (compared with the base), or of all.",
            choices=("new", "all"),
        ),
        Option("models", Kind.BOOLEAN, True, "Compare the models with the migrated schema."),
    ),
    ratchets=(REVERSIBLE,),
    profiles=(Profile.FULL, Profile.CI),
    timeout_s=900.0,
)
