"""How commands call guest programs: small programs of onward's own that other interpreters run.

They are handed over outside of this package, below {guest}; whatever they import of each other has one reserved name.
"""

from __future__ import annotations

PACKAGE = "_onward_guest"
# The folder that holds this package and nothing else, for programs that import a module of ours beside the project's.
IMPORT_PATH = "{guest}/path"
# The file in a distribution's metadata by which onward marks what it built from the project itself.
OWN_MARK = "onward-own"


def guest_command(program: str, *words: str, python: str = "{onward}") -> tuple[str, ...]:
    """Return the call of `program` ("GATE/NAME", or "NAME" for one that gates share), isolated from everything around it.

    It imports the standard library and what is installed beside `python`: neither PYTHON variables nor the current folder
    change what that is.
    """
    return (python, "-I", f"{{guest}}/{program}", *words)


def hosting_command(program: str, *words: str) -> tuple[str, ...]:
    """Return the call of a guest program that loads the project's code, which gets the import path and variables it expects."""
    return ("{python}", f"{{guest}}/{program}", *words)


def guest_module(gate: str, name: str) -> str:
    """Return what a module of ours is called where IMPORT_PATH leads; an empty `gate` has what gates share."""
    return ".".join((PACKAGE, *(("gates", gate, "guests") if gate else ("guest",)), name))


def guest_file(gate: str, name: str) -> str:
    """Return the path of a file that lies beside the guest programs of `gate`, for programs that are not Python's."""
    return f"{IMPORT_PATH}/{PACKAGE}/gates/{gate}/guests/{name}"
