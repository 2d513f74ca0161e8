"""Seal what a reader found: relative paths, source excerpts, enclosing symbols, fingerprints, and no secrets."""

from __future__ import annotations

import ast
import posixpath
import textwrap
import threading
import warnings
from dataclasses import replace
from pathlib import Path

from onward.execute.step.redact import Redactor
from onward.model.evidence import Reading
from onward.model.finding import Finding, fingerprint

__all__ = ["Redactor", "seal"]

_LINES = 3
_WIDTH = 300
_SOURCE_LIMIT = 4 * 1024 * 1024
# Filters of warnings belong to the whole process, so two threads must not change them at once.
_PARSING = threading.Lock()

# From its first line to its last, the qualified name of a function or class.
Span = tuple[int, int, str]


def seal(reading: Reading, *, gate: str, tree: Path, secrets: tuple[str, ...]) -> Reading:
    """Return what was read for `gate` as evidence may keep it; `tree` is the folder that was looked at. No finding is dropped.

    A finding that has a subject is not about a line of code, and one from history not about today's code: neither gets
    an excerpt.
    """
    redactor = Redactor(secrets)
    sources = _Sources(tree, redactor)
    return replace(
        reading,
        findings=tuple(sources.sealed(gate, finding) for finding in reading.findings),
        tests=tuple(
            replace(test, node_id=redactor.redact(test.node_id), reason=redactor.redact(test.reason))
            for test in reading.tests
        ),
        problems=tuple(replace(problem, text=redactor.redact(problem.text)) for problem in reading.problems),
        notes=tuple(redactor.redact(note) for note in reading.notes),
    )


class _Sources:
    """The source files that findings point at, each read and parsed once."""

    def __init__(self, tree: Path, redactor: Redactor) -> None:
        self._roots = tuple(dict.fromkeys((str(tree), str(tree.resolve()))))
        self._redactor = redactor
        self._lines: dict[str, tuple[str, ...]] = {}
        self._spans: dict[str, tuple[Span, ...]] = {}

    def sealed(self, gate: str, finding: Finding) -> Finding:
        """Return the finding with its path relative, excerpt, symbol and fingerprint attached, and secrets masked."""
        redacted = self._redacted(finding)
        return replace(redacted, fingerprint=fingerprint(gate, redacted))

    def _redacted(self, finding: Finding) -> Finding:
        place = finding.place
        path = None if place.path is None else relative(place.path, self._roots)
        redact = self._redactor.redact
        sealed = replace(
            finding,
            place=replace(place, path=path),
            message=redact(finding.message),
            subject=redact(finding.subject),
            fix=redact(finding.fix),
            url=redact(finding.url),
            excerpt=self._redactor.redact_code(finding.excerpt),
        )
        if path is None or place.line is None or place.commit is not None:
            return sealed
        symbol = finding.symbol or self._symbol(path, place.line)
        excerpt = sealed.excerpt or ("" if finding.subject else self._excerpt(path, place.line, place.end_line))
        return replace(sealed, symbol=symbol, excerpt=excerpt)

    def _excerpt(self, path: str, line: int, end_line: int | None) -> str:
        last = min(max(line, end_line or line), line + _LINES - 1)
        lines = [text.rstrip()[:_WIDTH] for text in self._source(path)[max(0, line - 1) : last]]
        return self._redactor.redact_code(textwrap.dedent("\n".join(lines)).strip())

    def _symbol(self, path: str, line: int) -> str:
        if not path.endswith((".py", ".pyi")):
            return ""
        if path not in self._spans:
            self._spans[path] = tuple(_spans("\n".join(self._source(path))))
        around = [span for span in self._spans[path] if span[0] <= line <= span[1]]
        return max(around, default=(0, 0, ""))[2]

    def _source(self, path: str) -> tuple[str, ...]:
        if path not in self._lines:
            outside = path.startswith(("/", "../"))
            self._lines[path] = () if outside else _read_lines(Path(self._roots[0]) / path)
        return self._lines[path]


def relative(path: str, roots: tuple[str, ...]) -> str:
    """Return `path` relative to the first of `roots` that holds it, in one spelling; others stay as they are."""
    for root in roots:
        if path == root or path.startswith(f"{root}/"):
            path = path[len(root) + 1 :]
            break
    return posixpath.normpath(path) if path else "."


def _read_lines(place: Path) -> tuple[str, ...]:
    try:
        if place.stat().st_size > _SOURCE_LIMIT:
            return ()
        # Not splitlines(): tools count lines by line feeds alone, not by form feeds or Unicode separators.
        return tuple(place.read_text(encoding="utf-8", errors="replace").split("\n"))
    except OSError:
        # The finding stands without its excerpt: tools also point at files that are generated and gone.
        return ()


def _spans(source: str) -> list[Span]:
    try:
        with _PARSING, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # not Python: nothing encloses anything
        return []
    found: list[Span] = []
    waiting: list[tuple[ast.AST, str]] = [(module, "")]
    while waiting:
        node, outer = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            outer = f"{outer}.{node.name}" if outer else node.name
            first = min((entry.lineno for entry in node.decorator_list), default=node.lineno)
            found.append((first, node.end_lineno or node.lineno, outer))
        waiting.extend((child, outer) for child in ast.iter_child_nodes(node))
    return found
