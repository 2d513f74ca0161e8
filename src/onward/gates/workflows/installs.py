"""Whether a command installs something that nobody has pinned."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from onward.gates.workflows.shell import Spoken
from onward.model.finding import Severity

_PINNED_JS = re.compile(r"@?[^@]+@\d+\.\d+\.\d+[\w.+-]*$")
_PYTHON = re.compile(r"(python|pypy|py)[\d.]*$")
_PIP = re.compile(r"pip[\d.]*$")
# options of pip that take a value, so that the value is not taken for a requirement
_VALUED = {
    "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t", "--target", "--prefix", "--root", "--python",
    "--no-binary", "--only-binary", "--platform", "--python-version", "--cache-dir", "--log", "--proxy", "--timeout",
    "--retries", "--trusted-host", "--src", "--report", "--progress-bar", "--config-settings", "-p", "--group", "-e",
    "--editable", "--upgrade-strategy", "--implementation", "--abi", "--exists-action", "--cert", "--client-cert",
}  # fmt: skip
_FETCHERS = {"curl", "wget"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loose:
    """An install that may bring something else tomorrow."""

    rule: str
    severity: Severity
    message: str
    fix: str


Files = Mapping[str, str]


def judge(spoken: Spoken, files: Files) -> Loose | None:
    """Return what is loose about a command, None for nothing; `files` are requirement files by name."""
    if spoken.is_shell and spoken.reads in _FETCHERS:
        return Loose(
            rule="piped-script",
            severity=Severity.HIGH,
            message=f"{spoken.program} runs what {spoken.reads} downloads, unchecked",
            fix="download a pinned release, check its digest, then run it",
        )
    words = _without_interpreter(spoken.words)
    program = words[0].rpartition("/")[2]
    if _PIP.match(program) and words[1:2] == ("install",):
        return _pip(words[2:], files)
    judged = _OTHERS.get(program)
    return judged(words[1:], files) if judged else None


def _without_interpreter(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return `pip install …` for `python -m pip install …` and `uv pip install …`."""
    name = words[0].rpartition("/")[2]
    if _PYTHON.match(name) and "-m" in words[:-1]:
        return words[words.index("-m") + 1 :]
    return words[1:] if name == "uv" and words[1:2] == ("pip",) else words


def _pip(arguments: tuple[str, ...], files: Files) -> Loose | None:
    if "--require-hashes" in arguments or "--help" in arguments:
        return None
    lists, constrained, names = _pip_arguments(arguments)
    loose = [name for name in names if not _is_pinned(name, arguments)]
    if loose and not constrained:
        return _unpinned(f"pip installs the newest version of {', '.join(loose)}")
    texts = [_found(name, files) for name in lists]
    for name, text in zip(lists, texts, strict=True):
        if text is not None and not constrained and (bare := _unpinned_lines(text)):
            return _unpinned(f"pip installs the newest version of {', '.join(bare)} from {name}")
    unhashed = [name for name in names if not _is_local(name)]
    unhashed += [name for name, text in zip(lists, texts, strict=True) if text is None or "--hash=" not in text]
    if unhashed:
        return Loose(
            rule="unhashed-install",
            severity=Severity.LOW,
            message=f"pip installs {', '.join(unhashed)} without hashes of the archives",
            fix="install a lock with hashes: pip install --require-hashes -r LOCK",
        )
    return None


def _pip_arguments(arguments: Iterable[str]) -> tuple[list[str], bool, list[str]]:
    """Return requirement files, whether constraints hold, and what is named."""
    lists: list[str] = []
    names: list[str] = []
    constrained = False
    rest = iter(arguments)
    for word in rest:
        option, _, value = word.partition("=")
        if option in {"-r", "--requirement", "--requirements"}:
            lists.append(value or next(rest, ""))
        elif option in {"-c", "--constraint", "--constraints"}:
            constrained = bool(value or next(rest, ""))
        elif word in _VALUED:
            following = next(rest, "")
            names += [following] if word in {"-e", "--editable"} else []
        elif not word.startswith(("-", ">", "<", "2>", "1>")):
            names.append(word)
    return lists, constrained, names


def _is_local(name: str) -> bool:
    return name.startswith((".", "/", "$", "~")) or name.endswith((".whl", ".tar.gz", ".zip"))


def _is_pinned(name: str, arguments: tuple[str, ...]) -> bool:
    """Return whether a name can mean one thing only; a local project brings its own requirements along."""
    if _is_local(name):
        return "--no-deps" in arguments or name.endswith((".whl", ".tar.gz", ".zip"))
    return "==" in name and "*" not in name


def _found(name: str, files: Files) -> str | None:
    """Return the text of a requirement file, by its path or, where only one has it, by its name."""
    path = name.removeprefix("./")
    alike = [text for other, text in files.items() if other.rpartition("/")[2] == path.rpartition("/")[2]]
    return files.get(path, alike[0] if len(alike) == 1 else None)


def _unpinned_lines(text: str) -> list[str]:
    lines = (line.split("#")[0].split(";")[0].strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("-") and "==" not in line and " @ " not in line][:3]


def _unpinned(message: str, fix: str = "") -> Loose:
    fix = fix or "pin versions and hashes in a lock: pip install --require-hashes -r LOCK"
    return Loose(rule="unpinned-install", severity=Severity.MEDIUM, message=message, fix=fix)


def _pipx(arguments: tuple[str, ...], _: Files) -> Loose | None:
    if arguments[:1] not in {("install",), ("run",)}:
        return None
    name = next((word for word in arguments[1:] if not word.startswith("-")), "")
    fix = f"pin the version: pipx {arguments[0]} {name}==VERSION"
    return None if not name or "==" in name else _unpinned(f"pipx installs the newest version of {name}", fix)


def _npm(arguments: tuple[str, ...], _: Files) -> Loose | None:
    if arguments[:1] not in {("install",), ("i",), ("add",)}:
        return None
    names = [word for word in arguments[1:] if not word.startswith("-")]
    if not names:
        return _unpinned("npm install may change the committed lock file", "use npm ci")
    loose = [name for name in names if not _PINNED_JS.match(name)]
    fix = "pin exact versions, or add the packages to package.json and use npm ci"
    return _unpinned(f"npm installs the newest version of {', '.join(loose)}", fix) if loose else None


def _yarn(arguments: tuple[str, ...], _: Files) -> Loose | None:
    installs = arguments[:1] in {(), ("install",)}
    if not installs or {"--immutable", "--frozen-lockfile", "--version"} & set(arguments):
        return None
    return _unpinned("yarn install may change the committed lock file", "add --immutable")


def _go(arguments: tuple[str, ...], _: Files) -> Loose | None:
    latest = [word for word in arguments if word.endswith(("@latest", "@main", "@master"))]
    if arguments[:1] != ("install",) or not latest:
        return None
    return _unpinned(f"go installs {', '.join(latest)}, which is not pinned", "pin the version")


_OTHERS: Mapping[str, Callable[[tuple[str, ...], Files], Loose | None]] = {
    "pipx": _pipx,
    "npm": _npm,
    "yarn": _yarn,
    "go": _go,
}
