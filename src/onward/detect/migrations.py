"""Migrations of the database: alembic's place, or Django's."""

from __future__ import annotations

import posixpath
import re

from onward.detect.documents import table, toml
from onward.detect.lines import Hit, agreed, gathered, line_of, matching, search
from onward.model.facts import Fact, Tree

_LOCATION = r"^script_location\s*=\s*(\S.*?)\s*$"


def alembic(tree: Tree) -> Fact:
    """Return the file that configures alembic."""
    return agreed("alembic", (hit.says(hit.path) for hit in _locations(tree)))


def alembic_scripts(tree: Tree) -> Fact:
    """Return the folder with alembic's revisions, relative to the project."""
    return agreed("alembic-scripts", (_resolved(hit) for hit in _locations(tree)))


def django_migrations(tree: Tree) -> Fact:
    """Return the folders that hold Django's migrations."""
    paths = matching(tree, r"(?:.*/)?migrations/\d{4}_\w+\.py")
    hits = search(tree, paths, r"^from django\.db import .*\bmigrations\b|^class Migration\(", holds="django")
    return gathered(
        "django-migrations",
        (hit.says(posixpath.dirname(hit.path)) for hit in hits),
    )


def _locations(tree: Tree) -> list[Hit]:
    files = matching(tree, r"(?:.*/)?alembic\.ini")
    hits = list(search(tree, files, _LOCATION))
    said = {hit.path for hit in hits}
    hits += [Hit(value=".", path=path) for path in files if path not in said and _is_flasks(tree, path)]
    location = table(toml(tree, "pyproject.toml"), "tool", "alembic").get("script_location")
    if isinstance(location, str):
        line, shown = line_of(tree.text("pyproject.toml") or "", "script_location")
        hits.append(Hit(value=location, path="pyproject.toml", line=line, text=shown))
    return hits


def _is_flasks(tree: Tree, path: str) -> bool:
    """Return whether Flask-Migrate made the file: it tells alembic by itself that the revisions are beside it."""
    return "current_app" in (tree.text(posixpath.join(posixpath.dirname(path), "env.py")) or "")


def _resolved(hit: Hit) -> Hit:
    """`%(here)s` is the file's own folder; a bare path starts there as well when alembic is called there."""
    here = posixpath.dirname(hit.path)
    inside = re.sub(r"^%+\(here\)s/?", "", hit.value)
    return hit.says(posixpath.normpath(posixpath.join(here, inside)))
