"""Whether what documents name exists: files and anchors behind links, workflows behind badges, what commands call."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote, urlsplit

from onward.gates.docs.markdown import Document, Link, Script, Typed
from onward.model.finding import Finding, Place, Severity

_BADGE = re.compile(r"(?:^|/)([\w.-]+)/([\w.-]+)/actions/workflows/([\w.-]+\.ya?ml)")
_RELATIVE_BADGE = re.compile(r"^(?:\.\./)+actions/workflows/([\w.-]+\.ya?ml)")
# pages of GitHub's own, which lie two folders above the files of a branch
_PAGE = re.compile(r"^(?:\.\./)+(?:actions|commits|compare|discussions|issues|pulls?|releases|security|wiki)\b")
_TARGET = re.compile(r"^([A-Za-z0-9_./%-][A-Za-z0-9_./% -]*?)\s*::?(?!=)", re.MULTILINE)
_DYNAMIC = re.compile(r"^\s*-?include\s|\$\(eval|^%|^[^#\t]*%[^#\n]*:", re.MULTILINE)
_INTERPRETER = re.compile(r"^(?:python|pypy)[\d.]*$")
_PACKAGERS = {"npm", "yarn", "pnpm"}
_NPM_OWN = {"test", "start", "stop", "restart"}


@dataclass(frozen=True, kw_only=True)
class Repository:
    """What exists. `files` are paths from the git root, `prefix` is where the project lies in it; texts of small files.

    `origin` is "owner/name" where the clone says so; `commands` are those of onward itself.
    """

    files: frozenset[str]
    prefix: str
    texts: Mapping[str, str]
    origin: str
    commands: frozenset[str]

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that holds a file, the root as the empty path."""
        return frozenset({"", *(head for path in self.files for head in _heads(path))})

    def exists(self, path: str) -> bool:
        """Return whether a path from the git root is a file or a folder."""
        return path in self.files or path.rstrip("/") in self.folders

    def at(self, path: str) -> str:
        """Return the path from the git root for one from the project."""
        return _normal(posixpath.join(self.prefix, path))


def _normal(path: str) -> str:
    normal = posixpath.normpath(path)
    return "" if normal == "." else normal


def _heads(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def links(
    path: str, document: Document, repository: Repository, anchors: Mapping[str, frozenset[str]]
) -> Iterator[Finding]:
    """Yield a finding for each link of the document at `path` that leads nowhere; `anchors` are those of documents."""
    for link in document.links:
        problem = _broken(path, link, repository, anchors)
        if problem is not None:
            rule, message = problem
            place = Place(path=path, line=link.line)
            severity = Severity.MEDIUM if rule != "dead-badge" else Severity.LOW
            yield Finding(
                rule=rule,
                tool="onward",
                message=message,
                severity=severity,
                place=place,
                subject=f"{path} {link.target}",
            )


def _broken(
    path: str, link: Link, repository: Repository, anchors: Mapping[str, frozenset[str]]
) -> tuple[str, str] | None:
    if link.undefined:
        return "undefined-reference", f"undefined reference [{link.target}]"
    badge = _dead_badge(link.target, repository)
    if badge is not None:
        return "dead-badge", f"the badge shows workflow {badge}, which does not exist"
    parts = urlsplit(link.target)
    if parts.scheme or parts.netloc or _PAGE.match(link.target):
        return None
    goal = _goal(path, unquote(parts.path), repository)
    if parts.path and not repository.exists(goal):
        return "dead-link", f"{link.target} does not exist in the repository"
    wanted = unquote(parts.fragment)
    known = anchors.get(goal)
    if wanted and known is not None and wanted.lower() not in known and wanted not in known:
        return "dead-anchor", f"{link.target}: no heading has that anchor"
    return None


def _goal(path: str, target: str, repository: Repository) -> str:
    """Return where a link leads, from the git root; one that begins with a slash begins there."""
    if not target:
        return repository.at(path)
    if target.startswith("/"):
        return _normal(target.lstrip("/"))
    return repository.at(posixpath.join(posixpath.dirname(path), target))


def _dead_badge(target: str, repository: Repository) -> str | None:
    """Return the workflow that a badge of this repository shows and that is not there."""
    relative, absolute = _RELATIVE_BADGE.match(target), _BADGE.search(urlsplit(target).path)
    if relative:
        name = relative[1]
    elif absolute and urlsplit(target).netloc == "github.com":
        ours = not repository.origin or f"{absolute[1]}/{absolute[2]}".lower() == repository.origin.lower()
        if not ours:
            return None
        name = absolute[3]
    else:
        return None
    there = {f".github/workflows/{name}", repository.at(f".github/workflows/{name}")}
    return None if there & repository.files else name


def commands(path: str, document: Document, repository: Repository) -> Iterator[Finding]:
    """Yield a finding for each command of a code block that names a target, script or file that is not there."""
    for script in document.scripts:
        for typed, problem in _of_script(script, repository):
            place = Place(path=path, line=typed.line)
            yield Finding(
                rule="unknown-command",
                tool="onward",
                message=problem,
                severity=Severity.MEDIUM,
                place=place,
                subject=f"{path} {typed.text}",
            )


def _of_script(script: Script, repository: Repository) -> Iterator[tuple[Typed, str]]:
    folder: str | None = ""
    for typed in script.lines:
        for words in _simple(typed.text):
            if words[0] == "cd":
                folder = _moved(folder, words[1] if len(words) > 1 else "", repository)
            elif folder is not None and (problem := _anywhere(words, folder, repository)):
                yield typed, problem


def _anywhere(words: Sequence[str], folder: str, repository: Repository) -> str | None:
    """Return what is wrong with a command; what holds from the project's root is right, wherever the reader stands."""
    problem = _problem(words, folder, repository)
    if problem is None or not folder:
        return problem
    return problem if _problem(words, "", repository) else None


def _moved(folder: str | None, target: str, repository: Repository) -> str | None:
    """Return the folder after `cd`, None outside of what the repository holds: nothing is known there."""
    if folder is None or not target or target.startswith(("/", "~", "$", "-")):
        return None
    moved = posixpath.normpath(posixpath.join(folder, target))
    return moved if repository.exists(repository.at(moved)) else None


def _simple(line: str) -> Iterator[list[str]]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="();|&<>")
    lexer.whitespace_split = True
    try:
        tokens = list(lexer)
    except ValueError:  # quotes that do not close: prose, or half of a command
        return
    words: list[str] = []
    for token in (*tokens, ";"):
        if set(token) <= set("();|&<>"):
            # what follows a redirection is a file, the command goes on
            if words and not set(token) & set("<>"):
                yield words
                words = []
        elif words or "=" not in token.split("/")[0]:
            words.append(token)


def _problem(words: Sequence[str], folder: str, repository: Repository) -> str | None:
    program, rest = words[0], words[1:]
    name = program.rpartition("/")[2]
    if program.startswith("./"):
        return _missing(program, folder, repository)
    if name == "make":
        return _make(rest, folder, repository)
    if name in _PACKAGERS:
        return _package_script(name, rest, folder, repository)
    if name == "onward":
        known = repository.commands
        word = next((word for word in rest if not word.startswith("-")), "")
        return (
            f"onward has no command {word}"
            if rest and word == rest[0] and word.isalpha() and word not in known
            else None
        )
    if _INTERPRETER.match(name) or name in {"bash", "sh"}:
        script = rest[0] if rest else ""
        return _missing(script, folder, repository) if script.endswith((".py", ".sh")) else None
    return None


def _missing(path: str, folder: str, repository: Repository) -> str | None:
    if path.startswith(("/", "~", "$", "<")):
        return None
    there = repository.exists(repository.at(posixpath.join(folder, path)))
    return None if there else f"{path} is not in the repository"


def _make(rest: Sequence[str], folder: str, repository: Repository) -> str | None:
    if any(word in {"-C", "-f", "--directory", "--file"} or word.startswith(("-C", "-f")) for word in rest):
        return None
    text = repository.texts.get(repository.at(posixpath.join(folder, "Makefile")))
    if text is None:
        return f"no Makefile in {folder or 'the project'}"
    targets = {word for found in _TARGET.finditer(text) for word in found[1].split()}
    asked = [word for word in rest if not word.startswith("-") and "=" not in word]
    unknown = [word for word in asked if word not in targets]
    return f"the Makefile has no target {unknown[0]}" if unknown and not _DYNAMIC.search(text) else None


def _package_script(name: str, rest: Sequence[str], folder: str, repository: Repository) -> str | None:
    if "--prefix" in rest or not rest:
        return None
    runs = rest[0] in {"run", "run-script"} and len(rest) > 1
    if not runs and not (name == "npm" and rest[0] in _NPM_OWN):
        return None
    script = rest[1] if runs else rest[0]
    text = repository.texts.get(repository.at(posixpath.join(folder, "package.json")))
    if text is None:
        return f"no package.json in {folder or 'the project'}"
    try:
        scripts = json.loads(text).get("scripts", {})
    except (ValueError, AttributeError):
        return f"cannot read package.json in {folder or 'the project'}"
    return None if script in scripts else f"package.json has no script {script}"
