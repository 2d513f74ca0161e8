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
        key("schema", Kind.INTEGER, SCHEMA, "Version of this file's shape; always 1 for now.", required=True),
        minimum=1,
    ),
    key("requires", Kind.STRING, None, 'Which versions of onward may read this file, for example ">=0.1".'),
    key("offline", Kind.BOOLEAN, False, "Never ask data services (advisories); profile `ci` refuses this."),
)
PROJECT = (
    key(
        "name",
        Kind.STRING,
        None,
        "Name in reports; the folder's name unless given.",
        pattern=SOMETHING,
        wanted="a name",
    ),
    key(
        "python",
        Kind.STRINGS,
        (),
        "Python versions that the project is tested under.",
        required=True,
        filled=True,
        pattern=PYTHON,
        wanted='a version such as "3.11" (3.9 or newer, without the patch number)',
    ),
    key(
        "deployed-python",
        Kind.STRING,
        None,
        "The Python version that is deployed; one of `python`.",
        pattern=PYTHON,
        wanted='a version such as "3.11" (3.9 or newer, without the patch number)',
    ),
    key("source", Kind.PATHS, (".",), "Folders and files with the project's own code.", filled=True),
    key("tests", Kind.PATHS, ("tests",), "Folders and files with tests."),
    key("requirements", Kind.PATHS, (), "Requirement files of the development environment."),
    key("deployed-requirements", Kind.PATHS, (), "Requirement files of what is deployed."),
    key(
        "default-branch",
        Kind.STRING,
        "main",
        "The branch that changes are compared with.",
        pattern=BRANCH,
        wanted="a branch name",
    ),
)
WORKSPACE = (
    key(
        "include",
        Kind.PATHS,
        (),
        "Globs of ignored files that steps need nevertheless; tracked and unignored files are always there.",
    ),
)
SERVICE = (
    key(
        "image",
        Kind.STRING,
        None,
        "What to start and in which version.",
        required=True,
        pattern=IMAGE,
        wanted='postgres or redis with a version, such as "postgres:15"',
    ),
    key(
        "variable",
        Kind.STRING,
        None,
        "Environment variable that carries its URL to the steps; DATABASE_URL or REDIS_URL unless given.",
        pattern=VARIABLE,
        wanted="a variable's name",
    ),
    key(
        "variables",
        Kind.STRINGS,
        (),
        "Several such variables, instead of `variable`.",
        pattern=VARIABLE,
        wanted="a variable's name",
    ),
    key(
        "scheme",
        Kind.STRING,
        "",
        'Scheme of that URL where the driver wants another, such as "postgresql+psycopg".',
        pattern=r"[a-z][a-z0-9+.-]*",
        wanted='a scheme without "://"',
    ),
    key(
        "extensions",
        Kind.STRINGS,
        (),
        "PostgreSQL extensions that the database must have.",
        pattern=r"[a-zA-Z_][a-zA-Z0-9_-]*",
        wanted="an extension's name",
    ),
)
_COMMAND = key(
    "command",
    Kind.STRINGS,
    (),
    "Program and arguments that serve on {host} and {port}; no shell is involved.",
    required=True,
    filled=True,
)
_SERVED = (
    _COMMAND,
    key(
        "health",
        Kind.STRING,
        None,
        "Path that is asked until it answers; redirects are not followed.",
        required=True,
        pattern=URL_PATH,
        wanted='a path that begins with "/"',
    ),
    ruled(key("status", Kind.INTEGER, 200, "Status of a healthy answer."), minimum=100),
    key(
        "host",
        Kind.STRING,
        "",
        "Host header of these requests; the address itself unless given.",
        pattern=r"[A-Za-z0-9.:\[\]_-]+",
        wanted="a host's name",
    ),
    ruled(key("start-timeout", Kind.DURATION, 30.0, "How long it may take to become healthy."), minimum=1),
    ruled(
        key("stop-signal", Kind.STRING, "SIGTERM", "What ends it; after 5 s it is killed."),
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
        wanted="a variable's name",
    ),
)
PREPARE = "Commands that prepare it, in order: each a list of program and arguments, and each must succeed."
APPLICATION = (
    *_SERVED,
    ruled(key("prepare-timeout", Kind.DURATION, 300.0, "How long each command of `prepare` may take."), minimum=1),
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
        wanted="a variable's name",
    ),
)
_COMMON = (
    key("enabled", Kind.BOOLEAN, True, "`false` excuses the gate; `reason` must say why."),
    key("reason", Kind.STRING, "", "Why the gate is not enabled."),
    key("required", Kind.BOOLEAN, False, "A need that is absent makes the gate unverified in every profile."),
    ruled(
        key("profiles", Kind.STRINGS, (), "Profiles that the gate is part of.", filled=True),
        choices=tuple(str(profile) for profile in Profile),
    ),
    key("block", Kind.SEVERITY, None, "New findings of this severity or worse fail the gate."),
    ruled(key("timeout", Kind.DURATION, None, "How long one step of the gate may take."), minimum=1),
    key("after", Kind.STRINGS, (), "Gates that must have passed before this one starts."),
)
CUSTOM = (
    key("command", Kind.STRINGS, (), "Program and arguments; no shell is involved.", required=True, filled=True),
    ruled(
        key("format", Kind.STRING, None, "What the command writes.", required=True),
        choices=("sarif", "junit", "evidence", "exit"),
    ),
    key("title", Kind.STRING, "", "Title in tables; the gate's name unless given."),
    key("output", Kind.STRING, "", "File that the command writes; its standard output unless given.", pattern=PATH),
    key(
        "count",
        Kind.STRING,
        "",
        'For `format = "exit"`: what is counted, `=`, and a regular expression over the output whose one group is the '
        r"number, for example `'files=checked (\d+) files'`.",
    ),
    key("services", Kind.STRINGS, (), "Services that the command needs."),
    key("environment", Kind.BOOLEAN, False, "The command runs in the project's own Python environment."),
)
WAIVER = (
    key("id", Kind.STRING, None, "Name of the waiver.", required=True, pattern=SOMETHING, wanted="a name"),
    key(
        "gate", Kind.STRING, None, "Gate whose findings are waived.", required=True, pattern=SOMETHING, wanted="a gate"
    ),
    key("reason", Kind.STRING, None, "Why this is acceptable.", required=True, pattern=SOMETHING, wanted="a reason"),
    key("owner", Kind.STRING, None, "Who answers for it.", required=True, pattern=SOMETHING, wanted="an owner"),
    key(
        "expires",
        Kind.STRING,
        None,
        "Last day on which it holds, as year-month-day; afterwards the gate fails.",
        required=True,
        pattern=DATE,
        wanted="a date such as 2027-01-31",
        date=True,
    ),
    *(
        key(name, Kind.STRING, "", f"Waives {what}.", pattern=SOMETHING, wanted="a value")
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
    """Return every key of the hall's `gate`: the common ones, then its own options."""
    return (*common(gate), *(Key(option=option) for option in gate.options))


def custom_keys() -> tuple[Key, ...]:
    """Return every key of a gate of the user's own."""
    return (*common(None), *CUSTOM)
