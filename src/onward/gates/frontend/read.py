"""From what eslint, prettier and the TypeScript compiler print to findings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from onward.errors import ReadError
from onward.gates.frontend import commands, folder, names
from onward.model.evidence import LookedAt, Reading
from onward.model.finding import Finding, Place, Severity
from onward.model.gate import CheckContext, Outputs, ReadContext
from onward.readers import canaries

_ERROR = re.compile(r"(?:(?P<path>[^(]+)\((?P<line>\d+),(?P<column>\d+)\): )?error (?P<code>TS\d+): (?P<message>.*)")
_REWRITING = ("--fix", "--write")


def read_eslint(outputs: Outputs, context: ReadContext) -> Reading:
    """Read eslint's list of files, one entry for each that it linted; canaries say which folders it really judged."""
    copy = canaries.planted(outputs.json(names.PLANTED), names.PLANTED)
    data = outputs.json(names.ESLINT)
    if not isinstance(data, list):
        raise ReadError("eslint's report is not a list", where=names.ESLINT)
    try:
        linted = {copy.relative(entry["filePath"]): tuple(entry["messages"]) for entry in data}
        strict = _counts_warnings(context.check)
        found = [
            _message(context.check, path, said, strict=strict) for path, all_said in linted.items() for said in all_said
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise ReadError(f"an entry of eslint's report is not complete ({error!r})", where=names.ESLINT) from error
    hit = {path for path, said in linted.items() if said} & set(copy.canaries)
    seen = canaries.sight(copy, hit, what="files linted")
    ours = [
        path for path in linted if path not in copy.canaries and _folder_of(path) in {copy.canaries[one] for one in hit}
    ]
    planted = {folder.inside(folder.folder(context.check), path) for path in copy.canaries}
    return Reading(
        looked_at=(LookedAt(what="files linted", count=len(ours)),),
        findings=tuple(one for one in found if one.place.path not in planted),
        problems=seen.problems,
        notes=(*seen.notes, *_notes(context.check)),
    )


def _message(context: CheckContext, path: str, said: Any, *, strict: bool) -> Finding:
    fatal = said.get("fatal") is True
    severity = Severity.HIGH if fatal else Severity.LOW if said["severity"] == 2 or strict else Severity.INFO
    return Finding(
        rule=said["ruleId"] or ("parse-error" if fatal else "unused-directive"),
        tool="eslint",
        message=said["message"],
        severity=severity,
        place=Place(
            path=folder.inside(folder.folder(context), path),
            line=said.get("line"),
            column=said.get("column"),
            end_line=said.get("endLine"),
            end_column=said.get("endColumn"),
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
    copy = canaries.planted(outputs.json(names.PLANTED), names.PLANTED)
    listed = [copy.relative(line) for line in outputs.text(names.PRETTIER).splitlines() if line]
    strange = next((path for path in listed if "\x00" in path), None)
    if strange is not None:
        raise ReadError("prettier printed something that is not a path", where=names.PRETTIER)
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
        message="prettier would write this file differently",
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
        raise ReadError(f"the compiler printed something that is not an error: {line[:120]}", where=name)
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
            yield f'the script "{name}" rewrites files ({rewrites[0]}); here it runs in its checking form'
    for other in folder.others(context):
        yield f"{other} is a front end as well, and nothing looks at it"
