"""Run single alembic revisions through the project's own env.py, and keep the SQL that each of them really ran.

All access to the database goes through env.py, so the driver, the options and the session settings are the project's.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable, Optional

from . import flask_application

alembic = importlib.import_module("alembic")
Config = importlib.import_module("alembic.config").Config
ScriptDirectory = importlib.import_module("alembic.script").ScriptDirectory
EnvironmentContext = importlib.import_module("alembic.runtime.environment").EnvironmentContext
MigrationStep = importlib.import_module("alembic.runtime.migration").MigrationStep
sqlalchemy = importlib.import_module("sqlalchemy")
Engine = importlib.import_module("sqlalchemy.engine").Engine

SILENT = re.compile(r"\s*(select|show|begin|commit|rollback|savepoint|release|deallocate)\b", re.IGNORECASE)
SESSION = re.compile(r"\s*set\b", re.IGNORECASE)
PLACEHOLDER = re.compile(r"%\(\w+\)s|%s")
# alembic's and SQLAlchemy's, which only the project's environment has
Connection = Any
Context = Any
Step = Any


class StepError(Exception):
    """A revision did not run: which one, which way, and why."""

    def __init__(self, revision: str, direction: str, error: BaseException, path: str) -> None:
        super().__init__(first_line(error))
        self.revision = revision
        self.direction = direction
        self.line = line_in(error, path)


class LookError(Exception):
    """The database or env.py is not what it takes to look at anything."""


class Migrations:
    """The project's revisions and its database; `application` is the Flask application that env.py may work within."""

    def __init__(self, config: str, variables: list[str], application: str = "") -> None:
        self.url = next((os.environ[name] for name in variables if os.environ.get(name)), "")
        if not self.url:
            names = ", ".join(variables)
            raise LookError(f"{names} not set: declare [services.postgres] with the project's variable")
        self.config = Config(config)
        self.config.set_main_option("sqlalchemy.url", self.url.replace("%", "%%"))
        for folder in reversed((self.config.get_main_option("prepend_sys_path") or "").split(":")):
            if folder:
                sys.path.insert(0, os.path.abspath(folder.strip()))
        self._enter(application, os.path.dirname(config) or ".")
        self.script = ScriptDirectory.from_config(self.config)
        self.sql: dict[str, list[tuple[str, bool]]] = {}
        self._step: Optional[tuple[str, str]] = None
        self._session: list[tuple[str, bool]] = []
        sqlalchemy.event.listen(Engine, "before_cursor_execute", self._hear)

    def _enter(self, application: str, folder: str) -> None:
        """Do what the flask command does before alembic starts, where env.py is Flask-Migrate's."""
        if not flask_application.is_asked(os.path.join(folder, "env.py")):
            return
        self.config.set_main_option("script_location", folder)
        try:
            flask_application.enter(application)
        except Exception as error:
            raise LookError(
                f"env.py needs a Flask application, which onward cannot load: {first_line(error)}; "
                "set FLASK_APP in [environment]"
            ) from error

    def _hear(self, connection: Connection, _cursor: object, statement: str, *more: object) -> None:
        """Keep what changes something, and whether it ran outside of a transaction."""
        parameters = more[0]
        if self._step is None:
            if SESSION.match(statement):
                self._session.append((statement, True))
            return
        revision, direction = self._step
        if direction == "up" and not SILENT.match(statement) and "alembic_version" not in statement:
            text = PLACEHOLDER.sub("NULL", statement).replace("%%", "%") if parameters else statement
            outside = connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
            self.sql.setdefault(revision, list(self._session)).append((text, outside))

    @property
    def heads(self) -> list[str]:
        """Return the ids of all heads."""
        return sorted(self.script.get_heads())

    def in_order(self) -> list[Any]:
        """Return every revision, parents before children."""
        return list(self.script.walk_revisions())[::-1]

    def revision(self, name: str) -> Any:
        """Return one revision."""
        return self.script.get_revision(name)

    def _run(self, work: Callable[[Context], Iterator[Step]], *, writes_version: bool) -> None:
        """Let env.py connect and migrate; `work` yields the steps."""
        self._session = []
        options = {} if writes_version else {"dont_mutate": True}
        with EnvironmentContext(self.config, self.script, fn=lambda _heads, context: work(context), **options):
            self.script.run_env()

    def work(self, task: Callable[[Context], Any]) -> Any:
        """Return what `task` returns for alembic's context, in a transaction of its own that is committed."""
        results = []

        def steps(context: Context) -> Iterator[Step]:
            with context.begin_transaction(_per_migration=True):
                results.append(task(context))
            return iter(())

        self._run(steps, writes_version=False)
        if not results:
            raise LookError("env.py did not run the requested migrations")
        return results[0]

    def upgrade(self, target: str) -> list[str]:
        """Upgrade to `target` as alembic would; return the revisions that ran."""
        return self._steps(lambda context: self.script._upgrade_revs(target, context.get_current_heads()), "up")  # noqa: SLF001

    def up(self, name: str) -> None:
        """Run one revision's upgrade."""
        self._steps(lambda _: [MigrationStep.upgrade_from_script(self.script.revision_map, self.revision(name))], "up")

    def down(self, name: str) -> None:
        """Run one revision's downgrade."""
        self._steps(
            lambda _: [MigrationStep.downgrade_from_script(self.script.revision_map, self.revision(name))], "down"
        )

    def _steps(self, planned: Callable[[Context], Any], direction: str) -> list[str]:
        ran: list[str] = []

        def steps(context: Context) -> Iterator[Step]:
            for step in planned(context):
                name = step.revision.revision
                ran.append(name)
                if direction == "up":
                    self.sql.pop(name, None)
                self._step = (name, direction)
                yield step
                self._step = None

        try:
            self._run(steps, writes_version=True)
        except Exception as error:
            self._step = None
            if not ran:
                raise
            raise StepError(ran[-1], direction, error, self.revision(ran[-1]).path) from error
        return ran

    def ping(self) -> str:
        """Return the server's version; LookError when it is gone, or when env.py went to another database."""
        wanted = sqlalchemy.engine.url.make_url(self.url).database
        try:
            found, version = self.work(lambda context: look(context.connection))
        except Exception as error:
            raise LookError(f"cannot reach the database through env.py: {first_line(error)}") from error
        if found != wanted:
            raise LookError(f"env.py connected to the database {found}, not to {wanted} from the environment")
        return str(version)


def look(connection: Connection) -> tuple[str, str]:
    """Return the name of the database and the version of its server."""
    if connection.dialect.name != "postgresql":
        raise LookError(f"env.py connected to {connection.dialect.name}, not to PostgreSQL")
    row = rows(connection, "SELECT current_database(), current_setting('server_version')")[0]
    return str(row[0]), "PostgreSQL " + str(row[1]).split()[0]


def rows(connection: Connection, statement: str) -> list[Any]:
    """Return the rows of a statement that has no parameters."""
    return list(connection.exec_driver_sql(escaped(connection, statement)).fetchall())


def run(connection: Connection, statement: str) -> None:
    """Run a statement that has no parameters."""
    connection.exec_driver_sql(escaped(connection, statement))


def escaped(connection: Connection, statement: str) -> str:
    """Return the statement as the driver wants it: some take a percent sign for the begin of a placeholder."""
    return statement.replace("%", "%%") if "format" in connection.dialect.paramstyle else statement


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Undo what happens inside when it fails."""
    run(connection, "SAVEPOINT onward")
    try:
        yield
    except Exception:
        run(connection, "ROLLBACK TO SAVEPOINT onward")
        raise
    run(connection, "RELEASE SAVEPOINT onward")


def first_line(error: BaseException) -> str:
    """Return the first line of the driver's own message."""
    original = getattr(error, "orig", None) or error
    text = str(original).strip() or type(original).__name__
    return f"{type(original).__name__}: {text.splitlines()[0]}"


def line_in(error: BaseException, path: str) -> Optional[int]:
    """Return the deepest line of `path` in the error's traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    found = [frame.lineno for frame in frames if os.path.realpath(frame.filename) == os.path.realpath(path)]
    return found[-1] if found else None
