"""A first `onward.toml` from the facts about a project: what was found is written, what is unknown is said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from onward.config.key import PATH
from onward.config.schema import PYTHON, SCHEMA, VARIABLE
from onward.config.values import quote
from onward.model.facts import Fact
from onward.model.gate import Gate
from onward.model.pipeline import Option

_SERVICES = {"postgres": ("database-variable", "DATABASE_URL"), "redis": ("redis-variable", "REDIS_URL")}
# gate, option, fact: settings of gates that facts speak of, where the registry has such a gate and option.
_OPTIONS = (
    ("integration", "paths", "integration-tests"),
    ("integration", "markers", "database-markers"),
    ("migrations", "config", "alembic"),
)
_PREPARE = {"alembic": ("alembic", "upgrade", "head"), "django": ("python", "manage.py", "migrate", "--noinput")}
_STARTING = """# How contract, e2e and performance start the application, with its own database and Redis. Set what else it needs
# in [application.environment], then uncomment the section.
"""
_HEAD = """# The pipeline of this project: one definition for every laptop, for CI and for deployments.
# Written by `onward init` from what it detected; change any line.
# `onward config --reference` describes every key, `onward config` shows each value and its source.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a first definition is written from. `running` is the Python that onward itself runs under, like "3.11"."""

    name: str
    version: str
    running: str
    branch: str | None
    facts: tuple[Fact, ...]
    gates: tuple[Gate, ...]

    def fact(self, name: str) -> Fact:
        """Return the named fact, or an unknown one."""
        return next((fact for fact in self.facts if fact.name == name), Fact(name=name, value=None))

    def values(self, name: str, allowed: str = r"[^\0-\x1f\x7f]+") -> tuple[str, ...]:
        """Return a fact's values as far as a definition can hold them."""
        value = self.fact(name).value
        found = (value,) if isinstance(value, str) else value or ()
        texts = (text for text in found if isinstance(text, str))
        return tuple(text for text in texts if re.fullmatch(allowed, text) and text.isprintable())

    def first(self, name: str, allowed: str = r"[^\0-\x1f\x7f]+") -> str:
        """Return a fact's only value, empty when it is unknown."""
        return next(iter(self.values(name, allowed)), "")


def compose(draft: Draft) -> str:
    """Return the text of a `onward.toml`; it always loads with the gates of the draft."""
    parts = (
        f"{_HEAD}schema = {SCHEMA}\nrequires = {quote('>=' + _minor(draft.version))}\n",
        _project(draft),
        *(_service(draft, kind) for kind in _SERVICES),
        _application(draft),
        *_gates(draft),
    )
    return "\n".join(part for part in parts if part)


def listing(texts: Iterable[str]) -> str:
    """Write a list of texts as TOML does."""
    return "[" + ", ".join(quote(text) for text in texts) + "]"


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _project(draft: Draft) -> str:
    lines: list[Callable[[Draft], str]] = [_python, _deployed, _source, _tests, _requirements, _branch]
    name = draft.name if draft.name.strip() and draft.name.isprintable() else "project"
    return f"[project]\nname = {quote(name)}\n" + "".join(line(draft) for line in lines)


def _python(draft: Draft) -> str:
    fact, deployed = draft.fact("python"), draft.first("deployed-python", PYTHON)
    found = draft.values("python", PYTHON)
    everything = tuple(sorted({*found, *filter(None, (deployed,))}, key=lambda text: int(text.partition(".")[2])))
    too_old = [text for text in draft.values("python") if text not in found]
    note = f"# found, but onward needs 3.9 or newer: {', '.join(too_old)}\n" if too_old else ""
    if everything:
        return f"{_because(fact)}{_because(fact, holding='requires-python')}{note}python = {listing(everything)}\n"
    why = "which Python versions the project is tested under; the version that runs onward is assumed"
    return f"{note}{_unknown(why, fact)}python = {listing((draft.running,))}\n"


def _deployed(draft: Draft) -> str:
    fact = draft.fact("deployed-python")
    version = draft.first("deployed-python", PYTHON)
    if version:
        return f"{_because(fact)}deployed-python = {quote(version)}\n"
    return _unknown("which Python is deployed", fact) + '# deployed-python = "3.…"\n'


def _source(draft: Draft) -> str:
    paths = draft.values("source", PATH)
    if paths:
        return f"source = {listing(paths)}\n"
    return _unknown("where the project's own code is; the whole folder is assumed", draft.fact("source"))


def _tests(draft: Draft) -> str:
    paths = draft.values("tests", PATH)
    if paths:
        return f"{_because(draft.fact('tests'))}tests = {listing(paths)}\n"
    return _unknown("where tests are; tests/ is assumed", draft.fact("tests"))


def _requirements(draft: Draft) -> str:
    manager = draft.first("package-manager")
    if manager and manager != "pip":
        return f"# packages: installed with {manager} from its own files\n"
    if not manager:
        return _unknown("how packages are managed", draft.fact("package-manager"))
    development, deployed = draft.values("requirements", PATH), draft.values("deployed-requirements", PATH)
    lines = f"requirements = {listing(development)}\n" if development else ""
    if deployed:
        return f"{lines}{_because(draft.fact('deployed-requirements'))}deployed-requirements = {listing(deployed)}\n"
    return lines + _unknown("which requirement files are deployed", draft.fact("deployed-requirements"))


def _branch(draft: Draft) -> str:
    if draft.branch in ("main", "master", "trunk"):
        return f"default-branch = {quote(draft.branch)}\n"
    return _unknown("the default branch; main is assumed", Fact(name="default-branch", value=None))


def _service(draft: Draft, kind: str) -> str:
    image = next((text for text in draft.values("services", rf"{kind}:[0-9]+(\.[0-9]+)*")), "")
    used = draft.first("database") == kind or draft.first("redis") == kind
    if not image and not used:
        return ""
    if not image:
        what = f"which version of {kind} is deployed; set it and uncomment the section"
        said = _unknown(what, draft.fact("services"), holding=kind)
        return f'{said}# [services.{kind}]\n# image = "{kind}:…"\n'
    return f"{_because(draft.fact('services'), holding=kind)}[services.{kind}]\nimage = {quote(image)}\n{_address(draft, kind)}"


def _address(draft: Draft, kind: str) -> str:
    name, usual = _SERVICES[kind]
    variable = draft.first(name, VARIABLE)
    text = f"{_because(draft.fact(name))}variable = {quote(variable)}\n" if variable else ""
    if not variable:
        text = f"{_unknown(f'the variable that carries its address; {usual} is assumed', draft.fact(name))}variable = {quote(usual)}\n"
    scheme = draft.first("database-scheme", r"[a-z][a-z0-9+.-]*") if kind == "postgres" else ""
    if scheme:
        return f"{text}{_because(draft.fact('database-scheme'))}scheme = {quote(scheme)}\n"
    return (
        text if kind == "redis" else text + _unknown("the scheme that the driver wants", draft.fact("database-scheme"))
    )


def _application(draft: Draft) -> str:
    """Propose how the application is started: only people know what else it needs, so it stays a comment."""
    command = _command(draft)
    if not command:
        return ""
    paths = sorted(draft.values("health", r"/[!-~]*"), key=lambda path: ("health" not in path, len(path)))
    prepare = _PREPARE["alembic"] if draft.first("alembic") else _PREPARE.get(draft.first("framework"), ())
    lines = [
        "[application]",
        f"command = {listing(command)}",
        *([f"prepare = [{listing(prepare)}]"] if prepare else ()),
        f"health = {quote(next(iter(paths), '/…'))}",
    ]
    return _STARTING + _because(draft.fact("application")) + "".join(f"# {line}\n" for line in lines)


def _command(draft: Draft) -> tuple[str, ...]:
    """Return what would serve the application, empty where its framework or its place is unknown."""
    target, framework = draft.first("application"), draft.first("framework")
    bare = target.removesuffix("()")
    if framework == "fastapi" and target:
        factory = ("--factory",) if bare != target else ()
        return ("uvicorn", bare, *factory, "--host", "{host}", "--port", "{port}")
    if framework in {"flask", "django"} and target and "gunicorn" in " ".join(draft.fact("application").evidence):
        return ("gunicorn", target, "--bind", "{host}:{port}")
    if framework == "flask" and target:
        return ("flask", "--app", bare, "run", "--host", "{host}", "--port", "{port}")
    if framework == "django":
        return ("python", "manage.py", "runserver", "--noreload", "{host}:{port}")
    return ()


def _gates(draft: Draft) -> Iterable[str]:
    for gate in draft.gates:
        settings = [
            _setting(draft, option, fact)
            for gate_id, name, fact in _OPTIONS
            for option in gate.options
            if (gate_id, name) == (gate.id, option.name) and not _is_default(draft, fact, option.default)
        ]
        if settings:
            yield f"[gates.{gate.id}]\n" + "".join(settings)


def _is_default(draft: Draft, fact: str, default: object) -> bool:
    """Return whether the option's default already says what the fact does."""
    values = default if isinstance(default, tuple) else (default, "pyproject.toml")
    return set(draft.values(fact, PATH)) <= set(values)


def _setting(draft: Draft, option: Option, fact: str) -> str:
    values = draft.values(fact, PATH)
    text = listing(values) if isinstance(option.default, tuple) else quote(values[0])
    return f"{_because(draft.fact(fact))}{option.name} = {text}\n"


def _because(fact: Fact, holding: str = "") -> str:
    """Return a comment with the first evidence, or the first that holds a word."""
    line = next((line for line in fact.evidence if holding in line), "")
    return f"# {_comment(line)}\n" if line else ""


def _unknown(what: str, fact: Fact, holding: str = "") -> str:
    lines = [line for line in fact.evidence if holding in line][:4]
    seen = "".join(f"#   {_comment(line)}\n" for line in lines)
    return f"# unknown: {what}\n" + (seen and f"#  found, but not conclusive:\n{seen}")


def _comment(text: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in text)
