"""From what eslint, prettier and the TypeScript compiler print to findings."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from onward.errors import ReadError
from onward.gates.frontend import commands, folder, names
from onward.guest.shared_shapes import Planted
from onward.model.evidence import LookedAt, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import CheckContext, Outputs, ReadContext
from onward.readers import canaries
from onward.readers.decode import decode

_ERROR = re.compile(r"(?:(?P<path>[^(]+)\((?P<line>\d+),(?P<column>\d+)\): )?error (?P<code>TS\d+): (?P<message>.*)")
_REWRITING = ("--fix", "--write")


class _Message(msgspec.Struct, frozen=True, rename="camel"):
    """What eslint says of a place; `rule_id` is None where no rule says it."""

    rule_id: str | None
    message: str
    severity: int
    fatal: bool = False
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


class _File(msgspec.Struct, frozen=True, rename="camel"):
    file_path: str
    messages: tuple[_Message, ...]


def read_eslint(outputs: Outputs, context: ReadContext) -> Reading:
    """Read eslint's list of files, one entry for each that it linted; canaries say which folders it really judged."""
    copy = decode(outputs, names.PLANTED, Planted)
    files = decode(outputs, names.ESLINT, tuple[_File, ...])
    linted = {canaries.relative(file.file_path, copy.root): file.messages for file in files}
    strict = _counts_warnings(context.check)
    found = [_finding(context.check, path, entry, strict=strict) for path, said in linted.items() for entry in said]
    hit = {path for path, said in linted.items() if said} & set(copy.canaries)
    seen = canaries.sight(copy, hit, what="files linted")
    ours = [
        path for path in linted if path not in copy.canaries and _folder_of(path) in {copy.canaries[one] for one in hit}
    ]
    planted = {folder.inside(folder.folder(context.check), path) for path in copy.canaries}
    return Reading(
        looked_at=(LookedAt(what="files linted", count=len(ours)),),
        findings=tuple(entry for entry in found if entry.place.path not in planted),
        problems=seen.problems,
        notes=(*seen.notes, *_notes(context.check)),
    )


def _finding(context: CheckContext, path: str, said: _Message, *, strict: bool) -> Finding:
    severity = Severity.HIGH if said.fatal else Severity.LOW if said.severity == 2 or strict else Severity.INFO
    return Finding(
        rule=said.rule_id or ("parse-error" if said.fatal else "unused-directive"),
        tool="eslint",
        message=said.message,
        severity=severity,
        place=Place(
            path=folder.inside(folder.folder(context), path),
            line=said.line,
            column=said.column,
            end_line=said.end_line,
            end_column=said.end_column,
        ),
    )


def _counts_warnings(context: CheckContext) -> bool:
    """Return whether the project's own script lets warnings fail."""
    words = " ".join(commands.eslint_arguments(context))
    return re.search(r"--max-warnings[= ]0\b", words) is not None


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0] or "."


def read_prettier(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the paths that prettier would rewrite, one a line; canaries say which folders it looked at."""
    copy = decode(outputs, names.PLANTED, Planted)
    listed = [canaries.relative(line, copy.root) for line in outputs.text(names.PRETTIER).splitlines() if line]
    strange = next((path for path in listed if "\x00" in path), None)
    if strange is not None:
        raise ReadError("prettier's output has a line that is not a path", where=names.PRETTIER)
    seen = canaries.sight(copy, set(listed) & set(copy.canaries), what="files compared")
    return Reading(
        looked_at=(seen.looked_at,),
        findings=tuple(_unformatted(context.check, path) for path in listed if path not in copy.canaries),
        problems=seen.problems,
        notes=(*seen.notes, *_notes(context.check)),
    )


def _unformatted(context: CheckContext, path: str) -> Finding:
    return Finding(
        rule="unformatted",
        tool="prettier",
        message="prettier would reformat this file",
        severity=Severity.LOW,
        place=Place(path=folder.inside(folder.folder(context), path)),
        subject=path,
        fix=f"prettier --write {path}",
    )


def read_types(outputs: Outputs, context: ReadContext) -> Reading:
    """Read the compiler's errors and the files that it lists, under all configurations together."""
    where = folder.folder(context.check)
    errors: dict[Finding, None] = {}
    files: set[str] = set()
    for number, _ in enumerate(commands.tsconfigs(context.check)):
        name = names.types_output(number)
        for line in outputs.text(name).splitlines():
            if line.startswith("/"):
                files.add(context.relative(line))
            elif line and not line.startswith(" "):
                errors[_type_error(line, where, name)] = None
    ours = [path for path in files if not path.startswith("/") and "/node_modules/" not in f"/{path}"]
    return Reading(looked_at=(LookedAt(what="files type-checked", count=len(ours)),), findings=tuple(errors))


def _type_error(line: str, where: str, name: str) -> Finding:
    match = _ERROR.fullmatch(line)
    if match is None:
        raise ReadError(f"the compiler's output has a line that is not an error: {line[:120]}", where=name)
    path, row, column = match["path"], match["line"], match["column"]
    place = Place(path=folder.inside(where, path), line=int(row), column=int(column)) if path else Place()
    return Finding(
        rule=match["code"],
        tool="tsc",
        message=match["message"],
        severity=Severity.LOW if path else Severity.HIGH,
        place=place,
        subject="" if path else match["message"],
    )


def _notes(context: CheckContext) -> Iterator[str]:
    for name, command in folder.scripts(context).items():
        rewrites = [word for word in _REWRITING if word in command.split()]
        if rewrites and any(word in name for word in ("lint", "check")):
            yield f'the script "{name}" rewrites files ({rewrites[0]}); onward runs it in checking mode'
    for other in folder.others(context):
        yield f"{other} is a front end too, and no check covers it"
