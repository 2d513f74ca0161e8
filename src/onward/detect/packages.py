"""How packages are managed, and which requirement files are for development and for what is deployed."""

from __future__ import annotations

import posixpath
import re

from onward.detect.documents import table, texts, toml
from onward.detect.lines import Hit, agreed, evidence, line_of, matching, search
from onward.detect.requirements import FILE, declarations
from onward.model.facts import Fact, Tree

DEPLOYING = r"(?:.*/)?(?:[^/]*Dockerfile[^/]*|Procfile|render\.ya?ml|app\.json|heroku\.ya?ml)"
_DEVELOPMENT = re.compile(r"dev|test|ci|lint|local|doc|build|constraint", re.IGNORECASE)
_DEPLOYED = re.compile(r"(?:.*/)?(?:requirements|base|prod|production|main|deploy)\.txt|.*(?:prod|deploy)[^/]*\.txt")
_INSTALL = r"(?:-r|--requirement)[ =\"',]+((?:[\w.-]+/)*[\w.-]*requirements[\w./-]*\.txt)"


def package_manager(tree: Tree) -> Fact:
    """Tell pip, pyproject, uv, poetry or pipenv by their files; two different locks contradict each other."""
    locks = [Hit(value=value, path=path) for path, value in _LOCKS.items() if tree.text(path) is not None]
    return agreed("package-manager", locks or _tables(tree), weaker=_plain(tree))


def requirements(tree: Tree) -> Fact:
    """List the files that make up the development environment; the deployed ones where those do not include them."""
    development = [path for path in _files(tree) if _DEVELOPMENT.search(posixpath.basename(path))]
    kept = [path for path in development if not _DEPLOYED.fullmatch(path) and "constraint" not in path]
    names = {declaration.name for path in kept for declaration in declarations(tree, path)}
    deployed = [path for path in deployed_requirements(tree).value or () if isinstance(path, str)]
    missing = [path for path in deployed if not {declaration.name for declaration in declarations(tree, path)} <= names]
    return _listed("requirements", [Hit(value=path, path=path) for path in (*(missing if kept else ()), *kept)])


def deployed_requirements(tree: Tree) -> Fact:
    """List the requirement files that a deployment installs, else the one whose name says so."""
    files = _files(tree)
    installed = [hit for hit in search(tree, matching(tree, DEPLOYING), _INSTALL) if _there(hit, files)]
    named = [path for path in files if _DEPLOYED.fullmatch(path)]
    shortest = sorted(named, key=lambda path: (path.count("/"), len(path)))[:1]
    found = [hit.says(_there(hit, files)) for hit in installed]
    return _listed("deployed-requirements", found or [Hit(value=path, path=path) for path in shortest])


_LOCKS = {"uv.lock": "uv", "poetry.lock": "poetry", "Pipfile.lock": "pipenv", "Pipfile": "pipenv"}


def _tables(tree: Tree) -> list[Hit]:
    tool = table(toml(tree, "pyproject.toml"), "tool")
    text = tree.text("pyproject.toml") or ""
    found = []
    for name in ("poetry", "uv"):
        if name in tool and (name == "uv" or table(tool, name, "dependencies")):
            line, shown = line_of(text, f"[tool.{name}")
            found.append(Hit(value=name, path="pyproject.toml", line=line, text=shown))
    return found


def _plain(tree: Tree) -> list[Hit]:
    """Requirement files count before a pyproject.toml that names no dependencies."""
    project = table(toml(tree, "pyproject.toml"), "project")
    files = [Hit(value="pip", path=path) for path in _files(tree)]
    if "dependencies" not in project and "dependencies" not in texts(project.get("dynamic")):
        return files
    line, shown = line_of(tree.text("pyproject.toml") or "", "dependencies")
    return files or [Hit(value="pyproject", path="pyproject.toml", line=line, text=shown)]


def _files(tree: Tree) -> tuple[str, ...]:
    return tuple(path for path in matching(tree, FILE) if path.endswith(".txt"))


def _there(hit: Hit, files: tuple[str, ...]) -> str:
    """Return the project's file that an install command means, empty when it is none of them."""
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(hit.path), hit.value))
    return next((path for path in (hit.value.removeprefix("./"), beside) if path in files), "")


def _listed(name: str, hits: list[Hit]) -> Fact:
    return Fact(name=name, value=tuple(dict.fromkeys(hit.value for hit in hits)) or None, evidence=evidence(hits))
