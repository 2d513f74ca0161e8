"""Every key of `onward.toml`, declared once: it validates, documents and completes."""

from __future__ import annotations

from dataclasses import replace

from onward.config.key import PATH, Key, key, ruled
from onward.model.finding import Severity
from onward.model.gate import Gate
from onward.model.pipeline import Kind, OptionValue, Profile

FILE = "onward.toml"
SCHEMA = 1

VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
NAME = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
PYTHON = r"3\.(9|[1-9][0-9])"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
IMAGE = r"([a-z0-9./_-]+/)?(postgres|redis):[0-9]+(\.[0-9]+)*(-[A-Za-z0-9._-]+)?"
BRANCH = r"(?!-)[^\s~^:?*\[\\]+"
HEADER = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
URL_PATH = r"/[!-~]*"
SOMETHING = r"(?=[\s\S]*\S)[\s\S]*"


TOP = (
    ruled(
        key("schema", Kind.INTEGER, SCHEMA, "Version of the schema of this file; always 1 for now.", required=True),
        minimum=1,
    ),
    key("requires", Kind.STRING, None, 'Required version of onward, for example ">=0.1".'),
    key("offline", Kind.BOOLEAN, False, "Never query data services (advisories); not allowed with profile `ci`."),
)
PROJECT = (
    key(
        "name",
        Kind.STRING,
        None,
        "Name in reports; default: the folder's name.",
        pattern=SOMETHING,
        form="a name",
    ),
    key(
        "python",
        Kind.STRINGS,
        (),
        "Python versions that the project is tested under.",
        required=True,
        filled=True,
        pattern=PYTHON,
        form='a version such as "3.11" (3.9 or newer, without the patch number)',
    ),
    key(
        "deployed-python",
        Kind.STRING,
        None,
        "The Python version that is deployed; one of `python`.",
        pattern=PYTHON,
        form='a version such as "3.11" (3.9 or newer, without the patch number)',
    ),
    key("source", Kind.PATHS, (".",), "Folders and files with the project's own code.", filled=True),
    key("tests", Kind.PATHS, ("tests",), "Folders and files with tests."),
    key("requirements", Kind.PATHS, (), "Requirement files of the development environment."),
    key("deployed-requirements", Kind.PATHS, (), "Requirement files of the deployed application."),
    key(
        "default-branch",
        Kind.STRING,
        "main",
        "The branch that changes are compared with.",
        pattern=BRANCH,
        form="a branch name",
    ),
)
WORKSPACE = (
    key(
        "include",
        Kind.PATHS,
        (),
        "Globs of git-ignored files that steps need; all other files are always included.",
    ),
)
SERVICE = (
    key(
        "image",
        Kind.STRING,
        None,
        "Kind and version of the service.",
        required=True,
        pattern=IMAGE,
        form='postgres or redis with a version, such as "postgres:15"',
    ),
    key(
        "variable",
        Kind.STRING,
        None,
        "Environment variable that carries its URL to the steps; default: DATABASE_URL or REDIS_URL.",
        pattern=VARIABLE,
        form="a variable's name",
    ),
    key(
        "variables",
        Kind.STRINGS,
        (),
        "Several such variables, instead of `variable`.",
        pattern=VARIABLE,
        form="a variable's name",
    ),
    key(
        "scheme",
        Kind.STRING,
        "",
        'Scheme of that URL if the driver needs another one, such as "postgresql+psycopg".',
        pattern=r"[a-z][a-z0-9+.-]*",
        form='a scheme without "://"',
    ),
    key(
        "extensions",
        Kind.STRINGS,
        (),
        "PostgreSQL extensions that the database must have.",
        pattern=r"[a-zA-Z_][a-zA-Z0-9_-]*",
        form="an extension's name",
    ),
)
_COMMAND = key(
    "command",
    Kind.STRINGS,
    (),
    "Program and arguments that serve on {host} and {port}; onward uses no shell.",
    required=True,
    filled=True,
)
_SERVED = (
    _COMMAND,
    key(
        "health",
        Kind.STRING,
        None,
        "Path of the health check; onward does not follow redirects.",
        required=True,
        pattern=URL_PATH,
        form='a path that begins with "/"',
    ),
    ruled(key("status", Kind.INTEGER, 200, "Status code of a healthy response."), minimum=100),
    key(
        "host",
        Kind.STRING,
        "",
        "Host header of health checks; default: the address.",
        pattern=r"[A-Za-z0-9.:\[\]_-]+",
        form="a host's name",
    ),
    ruled(key("start-timeout", Kind.DURATION, 30.0, "Time limit until it is healthy."), minimum=1),
    ruled(
        key("stop-signal", Kind.STRING, "SIGTERM", "Signal that stops it; after 5 s onward kills it."),
        choices=("SIGTERM", "SIGINT", "SIGQUIT"),
    ),
)
COMPANION = (
    *_SERVED,
    key(
        "variable",
        Kind.STRING,
        "",
        "Variable that carries its address to the application.",
        pattern=VARIABLE,
        form="a variable's name",
    ),
)
PREPARE = "Commands that prepare it, in order: each a list of program and arguments; each must succeed."
APPLICATION = (
    *_SERVED,
    ruled(key("prepare-timeout", Kind.DURATION, 300.0, "Time limit of each command of `prepare`."), minimum=1),
    key(
        "node-packages",
        Kind.STRING,
        "",
        "Folder with a package.json and its lock file, whose packages `prepare` needs to build a front end.",
        pattern=PATH,
    ),
    key(
        "variable",
        Kind.STRING,
        "APPLICATION_URL",
        "Variable that carries its address to the steps that use it.",
        pattern=VARIABLE,
        form="a variable's name",
    ),
)
_COMMON = (
    key("enabled", Kind.BOOLEAN, True, "`false` disables the gate; `reason` must say why."),
    key("reason", Kind.STRING, "", "Why the gate is disabled."),
    key("required", Kind.BOOLEAN, False, "A missing need makes the gate unverified in every profile."),
    ruled(
        key("profiles", Kind.STRINGS, (), "Profiles that include the gate.", filled=True),
        choices=tuple(str(profile) for profile in Profile),
    ),
    key("block", Kind.SEVERITY, None, "New findings of this severity or higher fail the gate."),
    ruled(key("timeout", Kind.DURATION, None, "Time limit of each step of the gate."), minimum=1),
    key("after", Kind.STRINGS, (), "Gates that must have passed before this one starts."),
)
CUSTOM = (
    key("command", Kind.STRINGS, (), "Program and arguments; onward uses no shell.", required=True, filled=True),
    ruled(
        key("format", Kind.STRING, None, "Format of the command's output.", required=True),
        choices=("sarif", "junit", "evidence", "exit"),
    ),
    key("title", Kind.STRING, "", "Title in tables; default: the gate's name."),
    key("output", Kind.STRING, "", "File that the command writes; default: its standard output.", pattern=PATH),
    key(
        "count",
        Kind.STRING,
        "",
        'For `format = "exit"`: what is counted, `=`, and a regular expression for the output; its one group is the '
        r"number, for example `'files=checked (\d+) files'`.",
    ),
    key("services", Kind.STRINGS, (), "Services that the command needs."),
    key("environment", Kind.BOOLEAN, False, "The command runs in the project's own Python environment."),
)
WAIVER = (
    key("id", Kind.STRING, None, "Name of the waiver.", required=True, pattern=SOMETHING, form="a name"),
    key("gate", Kind.STRING, None, "Gate whose findings are waived.", required=True, pattern=SOMETHING, form="a gate"),
    key("reason", Kind.STRING, None, "Why this is acceptable.", required=True, pattern=SOMETHING, form="a reason"),
    key("owner", Kind.STRING, None, "Who is responsible for it.", required=True, pattern=SOMETHING, form="an owner"),
    key(
        "expires",
        Kind.STRING,
        None,
        "Last valid day, as year-month-day; afterwards the gate fails.",
        required=True,
        pattern=DATE,
        form="a date such as 2027-01-31",
        date=True,
    ),
    *(
        key(name, Kind.STRING, "", f"Waives {what}.", pattern=SOMETHING, form="a value")
        for name, what in (
            ("rule", "findings of this rule"),
            ("fingerprint", "findings with this fingerprint"),
            ("path", "findings whose path matches this glob"),
            ("subject", "findings about this subject"),
            ("test", "this test, by its node id"),
        )
    ),
)
WAIVED_BY = ("rule", "fingerprint", "path", "subject", "test")
SECTIONS = ("project", "workspace", "environment", "services", "application", "gates", "waivers")


def common(gate: Gate | None) -> tuple[Key, ...]:
    """Return the keys that every gate has, with the defaults of `gate` (None: a gate of the user's own)."""
    defaults: dict[str, OptionValue] = {
        "profiles": tuple(map(str, gate.profiles if gate else (Profile.FULL, Profile.CI))),
        "block": str(gate.block if gate else Severity.LOW),
        "timeout": gate.timeout_s if gate else 1200.0,
        "after": gate.after if gate else (),
    }
    return tuple(
        replace(entry, option=replace(entry.option, default=defaults.get(entry.name, entry.option.default)))
        for entry in _COMMON
    )


def gate_keys(gate: Gate) -> tuple[Key, ...]:
    """Return every key of the registry's `gate`: the common ones, then its own options."""
    return (*common(gate), *(Key(option=option) for option in gate.options))


def custom_keys() -> tuple[Key, ...]:
    """Return every key of a gate of the user's own."""
    return (*common(None), *CUSTOM)
