"""Walk alembic's revisions up and down on a real PostgreSQL and write what happened as JSON.

Exit 0: walk.json is complete, whatever it says. Exit 3: the database or env.py is not what it takes to look.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Callable, Optional

from ...shapes import Base, Doubt, Found, Revision, Unfilled, Walk
from ..contents import changed, contents, lost
from ..evidence import line_of, source, text_of, write
from ..models import differences
from ..rows import fill
from ..steps import LookError, Migrations, StepError, alembic
from ..tables import reset, schema

FAILS = {"up": "upgrade-fails", "down": "downgrade-fails"}


def main() -> int:
    """Walk and write; what keeps it from looking ends the program with 3."""
    options = parse()
    try:
        walker = Walker(options)
        walker.perform()
    except LookError as error:
        print(error, file=sys.stderr)
        return 3
    write(Path(options.out), walker.walk(), lint_all=options.lint_all)
    return 0


def parse() -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--variable", action="append", default=[])
    parser.add_argument("--application", default="")
    parser.add_argument("--changed", action="append", default=[])
    parser.add_argument("--lint-all", action="store_true")
    parser.add_argument("--no-models", action="store_true")
    return parser.parse_args()


class Walker:
    """The phases in order, and what they found."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.migrations = Migrations(options.config, options.variable, options.application)
        self.server = self.migrations.ping()
        self.findings: dict[tuple[str, str], Found] = {}
        self.problems: list[Doubt] = []
        self.notes: list[str] = []
        self.walked: list[str] = []
        self.filled: Sequence[str] = ()
        self.unfilled: Sequence[Unfilled] = ()
        self.reversible = 0
        self.moment = ""
        self.order = [revision.revision for revision in self.migrations.in_order()]
        self.base = read_base(options.out)
        self.new = [name for name in self.order if self._is_new(name)]

    def _is_new(self, name: str) -> bool:
        return self.path(name) in self.options.changed

    def path(self, name: str) -> str:
        """Return a revision's file, seen from the project."""
        path = os.path.realpath(self.migrations.revision(name).path)
        return str(os.path.relpath(path, os.path.realpath("."))).replace(os.sep, "/")

    def perform(self) -> None:
        """Walk; a phase that fails says so, and the next one begins from an empty database."""
        self._heads()
        self._phase(self._walk_new)
        fresh = self._phase(self._fresh)
        if fresh and not self.options.no_models:
            self._phase(self._models)
        if fresh and len(self.migrations.heads) == 1:
            self._phase(self._there_and_back)
        if fresh:
            self._phase(self._walk_down)
        for name in self.order:
            if "create_all(" in source(self.migrations.revision(name).path):
                self.notes.append(
                    f"{name} calls create_all, so an upgrade of an empty database proves little; the walk of new revisions does"
                )

    def walk(self) -> Walk:
        """Return what was seen, once everything has been walked."""
        return Walk(
            alembic=alembic.__version__,
            server=self.server,
            heads=tuple(self.migrations.heads),
            revisions=tuple(map(self._revision, self.order)),
            walked=tuple(self.walked),
            findings=tuple(self.findings.values()),
            problems=tuple(self.problems),
            filled=tuple(self.filled),
            unfilled=tuple(self.unfilled),
            reversible=self.reversible,
            notes=tuple(self.notes),
        )

    def _revision(self, name: str) -> Revision:
        line = line_of(self.migrations.revision(name).path, "upgrade")
        return Revision(name, self.path(name), line, name in self.new, text_of(self.migrations.sql.get(name, [])))

    def _phase(self, phase: Callable[[], None]) -> bool:
        self.moment = ""
        try:
            phase()
        except StepError as failed:
            self.migrations.ping()
            self._failed(failed)
            return False
        except LookError:
            raise
        except Exception as error:
            self.migrations.ping()
            raise LookError(f"{type(error).__name__}: {error}") from error
        return True

    def _failed(self, failed: StepError) -> None:
        name, rule = failed.revision, FAILS[failed.direction]
        words = "cannot be downgraded" if failed.direction == "down" else f"fails{self.moment}"
        self._find(rule, name, f"{name} {words}: {failed}", revision=name, line=failed.line)

    def _find(
        self, rule: str, subject: str, message: str, *, revision: Optional[str], line: Optional[int] = None
    ) -> None:
        path = self.path(revision) if revision else None
        line = line or (line_of(self.migrations.revision(revision).path, "upgrade") if revision else None)
        self.findings.setdefault((rule, subject), Found(rule, subject, message, path, line))

    # looking

    def _look(self, task: Callable[[Any, str], Any]) -> Any:
        return self.migrations.work(lambda context: task(context.connection, context.version_table))

    def _contents(self) -> Any:
        return self._look(contents)

    def _fill(self) -> None:
        self.filled, self.unfilled = self._look(fill)

    def _reset(self) -> None:
        self._look(lambda connection, _: reset(connection))

    # phases

    def _heads(self) -> None:
        heads = self.migrations.heads
        if len(heads) > 1:
            text = f"there are {len(heads)} heads: {', '.join(heads)}"
            self._find("multiple-heads", " ".join(heads), text, revision=heads[-1])

    def _walk_new(self) -> None:
        """Walk added revisions from the base's own database; changed ones, and all without it, from their own history."""
        added = [name for name in self.new if self.base.ok and name not in self.base.revisions]
        if added:
            self.unfilled = self.base.unfilled
            self.notes.append("new revisions start from the database that the base's own code migrated")
        elif self.new and self.base.why:
            self.notes.append(f"new revisions start from their own history: {self.base.why}")
        for name in added:
            self._exercise(name)
        for name in self.new:
            if name not in added:
                self._before(name)
                self._exercise(name)

    def _before(self, name: str) -> None:
        self._reset()
        needed = self.migrations.revision(name)._all_down_revisions  # noqa: SLF001  # what it comes after, and depends on
        for parent in [needed] if isinstance(needed, str) else needed:
            self.migrations.upgrade(parent)
        self._fill()

    def _exercise(self, name: str) -> None:
        """Walk one revision up, down and up again with rows in the tables."""
        before, shape = self._contents(), self._look(schema)
        self.migrations.up(name)
        above = self._contents()
        self._lost(name, lost(before, above))
        self.notes += [f"{name}: {message} after the upgrade" for _, message in changed(before, above)]
        self.migrations.down(name)
        below = self._contents()
        self._lost(name, lost(before, below))
        for what, message in changed(before, below):
            text = f"{name}: {message} after upgrade and downgrade"
            self._find("rows-changed", f"{name}: {what}", text, revision=name)
        self._same_shape(name, shape, self._look(schema))
        self._up_again(name)
        self._lost(name, lost(below, self._contents()))
        self._fill()
        self.walked.append(name)

    def _up_again(self, name: str) -> None:
        self.moment = " on the second upgrade, after a downgrade"
        self.migrations.up(name)
        self.moment = ""

    def _lost(self, name: str, losses: Iterable[tuple[str, str]]) -> None:
        for what, message in losses:
            self._find("rows-lost", f"{name}: {what}", f"{name}: {message}", revision=name)

    def _same_shape(self, name: str, before: set[str], after: set[str]) -> None:
        for line in sorted(before ^ after):
            word = "is missing" if line in before else "is left over"
            text = f"{name}: after a round trip {line} {word}"
            self._find("round-trip-differs", f"{name}: {line}", text, revision=name)

    def _fresh(self) -> None:
        """Upgrade an empty database to the head; a second time there must be nothing to do."""
        self._reset()
        self.migrations.upgrade("heads")
        again = self.migrations.upgrade("heads")
        if again:
            text = f"a second upgrade runs {', '.join(again)} again"
            self._find("upgrade-fails", f"{again[0]} twice", text, revision=again[0])

    def _models(self) -> None:
        """Compare the models with the schema, as `alembic check` does."""
        found = self.migrations.work(differences)
        if found is None:
            text = "env.py sets no target_metadata, so onward cannot compare the models; set `models = false` if there are none"
            self.problems.append(Doubt("no-models", text))
            return
        for subject, message in found:
            self._find("models-differ", subject, message, revision=None)

    def _there_and_back(self) -> None:
        """One down and one up again at the head, with rows."""
        head = self.migrations.heads[0]
        self._fill()
        top, shape = self._contents(), self._look(schema)
        self.migrations.down(head)
        below = self._contents()
        self._lost(head, lost(top, below, may_go=True))
        self._up_again(head)
        self._lost(head, lost(below, self._contents()))
        self._same_shape(head, shape, self._look(schema))

    def _walk_down(self) -> None:
        """Count how many revisions can be walked down without rows; not getting far is no finding."""
        self._reset()
        self.migrations.upgrade("heads")
        for name in reversed(self.order):
            try:
                self.migrations.down(name)
            except StepError as failed:
                self.migrations.ping()
                self.notes.append(
                    f"the history can be downgraded by {self.reversible} revisions, not beyond {name}: {failed}"
                )
                return
            self.reversible += 1


def read_base(out: str) -> Base:
    """Return what is known about the base's database."""
    path = Path(out, "base.json")
    if not path.exists():
        return Base(ok=False, why="")
    found = json.loads(path.read_text(encoding="utf-8"))
    return Base(**{**found, "unfilled": tuple(Unfilled(**one) for one in found["unfilled"])})


if __name__ == "__main__":
    sys.exit(main())
