"""The control of checkers that walk through folders: they look at a copy of the code with a planted fault in every folder."""

from __future__ import annotations

from onward.model.gate import CheckContext, Command, Purpose
from onward.model.guest import guest_command

COPY = "{scratch}/copy"
MANIFEST = "planted.json"


def plant(canary: str, *words: str, manifest: str = "{out}/" + MANIFEST) -> Command:
    """Return the command that copies the code and plants `canary` in it; what it planted is written to `manifest`.

    `words` are further arguments of the program that plants.
    """
    argv = guest_command("plant_copy", "--tree", "{tree}", "--copy", COPY, "--manifest", manifest)
    writes = (MANIFEST,) if manifest.startswith("{out}/") else ()
    return Command(argv=(*argv, f"--canary={canary}", *words), writes=writes, purpose=Purpose.CONTROL)


def only_narrowed(context: CheckContext) -> tuple[str, ...]:
    """Return the words that confine the copy to the changed files, none where the check is not narrowed."""
    return () if context.narrowed is None else ("--narrowed", "--", *context.files(".py", ".pyi"))
