"""Definitions, whole and mistaken, that the parser and the JSON Schema must agree on."""

from __future__ import annotations

HEAD = 'schema = 1\n[project]\npython = ["3.11"]\n'
WAIVER = HEAD + '[[waivers]]\nid = "a"\ngate = "lint"\nreason = "r"\nowner = "o"\nexpires = 2027-01-31\n'

FULL = """\
schema = 1
requires = ">=0.1"
offline = true

[project]
name = "shop"
python = ["3.9", "3.11"]
deployed-python = "3.11"
source = ["app", "main.py"]
tests = ["tests"]
requirements = ["requirements-dev.txt"]
deployed-requirements = ["requirements.txt"]
default-branch = "develop"

[workspace]
include = ["data/**/*.csv"]

[environment]
MODE = "test"

[services.postgres]
image = "postgres:15.4-alpine"
variable = "DATABASE_URL"
scheme = "postgresql+psycopg"
extensions = ["pgcrypto"]

[services.cache]
image = "redis:7"
variables = ["REDIS_URL", "CELERY_URL"]

[gates.lint]
enabled = false
reason = "the linter comes next month"

[gates.integration]
required = true
profiles = ["ci"]
block = "high"
timeout = "1h30m"
after = ["tests"]
patience = "500ms"
budget = "2MiB"
lines = 70
args = ["-p", "x", "-p", "x"]

[gates.javascript]
command = ["npm", "test"]
format = "exit"
count = 'tests=ran (\\d+) tests'
services = ["cache"]

[[waivers]]
id = "old-jinja"
gate = "lint"
rule = "E501"
path = "app/*.py"
reason = "generated"
owner = "ana@example.org"
expires = 2027-01-31
"""

GATE = HEAD + "[gates.integration]\n"
OWN = HEAD + '[gates.own]\ncommand = ["x"]\n'

# (text, part of what is said about it)
MISTAKES: tuple[tuple[str, str], ...] = (
    ("", "onward.toml:1:1 schema: missing"),
    ('[project]\npython = ["3.11"]\n', "onward.toml:1:1 schema: missing"),
    ("schema = 1\n", "onward.toml:1:1 project.python: missing; python versions that the project is tested under"),
    ("schema = 1\n[project]\n", "onward.toml:2:2 project.python: missing"),
    ("schema = 2\nnew = 1\n", "onward.toml:1:1 schema: 2 is newer than onward"),
    (HEAD.replace("1\n", '"1"\n', 1), 'onward.toml:1:1 schema: expected a number, got "1"'),
    (HEAD.replace("1\n", "0\n", 1), "onward.toml:1:1 schema: must be at least 1"),
    (HEAD.replace("1\n", "true\n", 1), "onward.toml:1:1 schema: expected a number, got true"),
    (f'requires = ">=99"\n{HEAD}', "onward.toml:1:1 requires: this is onward"),
    (f'requires = "new"\n{HEAD}', 'onward.toml:1:1 requires: "new" is not a version condition'),
    (f"requires = 1\n{HEAD}", "onward.toml:1:1 requires: expected a string, got the number 1"),
    ("schema = 1\nproject = 3\n", "project: expected a table, got the number 3"),
    (HEAD.replace('"3.11"', '"3.8"'), "project.python[0]: expected a version such as"),
    (HEAD.replace('"3.11"', '"3.11.4"'), "project.python[0]: expected a version such as"),
    (HEAD.replace('"3.11"', "3.10"), 'as in "3.10" (without quotes 3.10 is the number 3.1)'),
    (HEAD.replace('["3.11"]', '"3.11"'), 'project.python: expected a list, got "3.11"; write ["3.11"]'),
    (HEAD.replace('["3.11"]', "[]"), "project.python: the list must not be empty"),
    (HEAD.replace('["3.11"]', '["3.11", "3.11"]'), 'project.python[1]: "3.11" is in the list twice'),
    (HEAD + "deployed-python = 3.9\n", "project.deployed-python: expected a string, got the number 3.9; quote it"),
    (HEAD + 'deployed-python = "3.12"\n', '"3.12" is not in project.python'),
    (HEAD + 'source = ["/etc"]\n', "project.source[0]: expected a path inside the project"),
    (HEAD + 'source = ["~/x"]\n', "project.source[0]: expected a path inside the project"),
    (HEAD + 'source = ["a/../../b"]\n', "project.source[0]: expected a path inside the project"),
    (HEAD + 'source = ["--flag"]\n', "project.source[0]: expected a path inside the project"),
    (HEAD + 'source = ["a\\nb"]\n', 'expected a path inside the project (with /), got "a\\u000ab"'),
    (HEAD + 'default-branch = "--all"\n', "project.default-branch: expected a branch name"),
    (HEAD + 'default-branch = "a b"\n', "project.default-branch: expected a branch name"),
    (HEAD + '"e\\u001b[31m" = 1\n', 'project."e\\u001b[31m": unknown key'),
    (HEAD + 'source = ["C:/x"]\n', "project.source[0]: expected a path inside the project"),
    (HEAD + 'tests = ["a\\\\b"]\n', "project.tests[0]: expected a path inside the project"),
    (HEAD + 'name = " "\n', 'project.name: expected a name, got " "'),
    (HEAD + "name = 2027-01-01\n", "project.name: expected a string, got the date or time 2027-01-01"),
    (HEAD + "name = []\n", "project.name: expected a string, got a list"),
    (HEAD + "name = { a = 1 }\n", "project.name: expected a string, got a table"),
    (HEAD + "[environment]\nA = 1\n", "environment.A: expected a string, got the number 1"),
    (HEAD + '[environment]\n"A-B" = "x"\n', "environment.A-B: invalid variable name"),
    (HEAD + '[environment]\nA = "\\u0000"\n', "environment.A: a variable cannot contain a null byte"),
    (HEAD + '[services.db]\nimage = "mysql:8"\n', "services.db.image: expected postgres or redis with a version"),
    (HEAD + '[services.db]\nimage = "postgres"\n', "services.db.image: expected postgres or redis with a version"),
    (
        HEAD + '[services.db]\nimage = "postgres:latest"\n',
        "services.db.image: expected postgres or redis with a version",
    ),
    (HEAD + "[services.db]\n", "services.db.image: missing; kind and version of the service"),
    (HEAD + '[services.DB]\nimage = "redis:7"\n', "services.DB: a service's name must consist of lower-case letters"),
    (HEAD + 'services.db.image = "redis:7"\n', "project.services: unknown key"),
    (
        HEAD + '[services.db]\nimage = "redis:7"\nvariable = "A"\nvariables = ["B"]\n',
        "services.db.variable: set variable or variables, not both",
    ),
    (
        HEAD + '[services.a]\nimage = "redis:7"\n[services.b]\nimage = "redis:7"\n',
        "services.b: REDIS_URL is already set to the URL of services.a",
    ),
    (
        HEAD + '[services.a]\nimage = "redis:7"\n[environment]\nREDIS_URL = "x"\n',
        "environment.REDIS_URL: services.a sets this variable",
    ),
    (GATE + "timeout = 30\n", 'gates.integration.timeout: the number 30 has no unit; for example "30s"'),
    (GATE + 'timeout = "soon"\n', "gates.integration.timeout: expected a duration such as"),
    (GATE + 'timeout = "500ms"\n', 'gates.integration.timeout: must be at least "1s"'),
    (GATE + "timeout = true\n", "gates.integration.timeout: expected a string with a unit, got true"),
    (GATE + 'patience = "2m"\n', 'gates.integration.patience: must be at most "1m"'),
    (GATE + "budget = 5\n", 'gates.integration.budget: the number 5 has no unit; for example "5MB"'),
    (GATE + 'budget = "5 MB"\n', "gates.integration.budget: expected a size such as"),
    (GATE + 'budget = "2GB"\n', 'gates.integration.budget: must be at most "1GB"'),
    (GATE + "lines = 101\n", "gates.integration.lines: must be at most 100"),
    (GATE + "lines = nan\n", "gates.integration.lines: expected a finite number"),
    (GATE + "retries = 1.5\n", "gates.integration.retries: expected an integer, got 1.5"),
    (GATE + "strict = 1\n", "gates.integration.strict: expected true or false, got the number 1"),
    (GATE + 'least = "unknown"\n', '"unknown" is not one of critical, high, medium, low, info'),
    (GATE + 'mode = "fency"\n', '"fency" is not one of plain, fancy; did you mean "fancy"?'),
    (GATE + 'tools = ["black", "yapf"]\n', 'gates.integration.tools[1]: "yapf" is not one of black, isort'),
    (GATE + 'tools = "black"\n', 'gates.integration.tools: expected a list, got "black"; write ["black"]'),
    (GATE + "args = 3\n", "gates.integration.args: expected a list of strings, got the number 3"),
    (GATE + "profiles = []\n", "gates.integration.profiles: the list must not be empty"),
    (GATE + 'profiles = ["nightly"]\n', '"nightly" is not one of quick, full, ci'),
    (GATE + 'after = ["tsts"]\n', 'gates.integration.after[0]: unknown gate "tsts"; did you mean "tests"?'),
    (GATE + 'after = ["integration"]\n', "circular dependency: integration → integration"),
    (GATE + 'after = ["coverage"]\n[gates.tests]\nafter = ["integration"]\n', "circular dependency"),
    (GATE + "enabled = false\n", "gates.integration.enabled: enabled = false needs a reason"),
    (GATE + 'enabled = false\nreason = " "\n', "enabled = false needs a reason"),
    (GATE + 'enabled = false\nreason = "r"\nrequired = true\n', "cannot be required and disabled"),
    (HEAD + "gates = 3\n", "project.gates: unknown key"),
    (HEAD + "[gates]\nlint = 3\n", "gates.lint: expected a table, got the number 3"),
    (HEAD + "[gates]\nown = 3\n", "gates.own: unknown gate"),
    (OWN, "gates.own.format: missing; format of the command's output"),
    (OWN.replace('["x"]', '"x y"') + 'format = "sarif"\n', 'expected a list, got "x y"; write ["x y"]'),
    (OWN.replace('["x"]', "[]") + 'format = "sarif"\n', "gates.own.command: the list must not be empty"),
    (OWN.replace('["x"]', '[" "]') + 'format = "sarif"\n', "gates.own.command[0]: the program name is empty"),
    (OWN + 'format = "xml"\n', 'gates.own.format: "xml" is not one of sarif, junit, evidence, exit'),
    (OWN + 'format = "exit"\n', "gates.own.count: missing; an exit code does not show how much was checked"),
    (OWN + "format = \"exit\"\ncount = '(\\d+)'\n", "gates.own.count: expected NAME=EXPRESSION"),
    (OWN + "format = \"exit\"\ncount = 'x=('\n", "gates.own.count: not a regular expression"),
    (OWN + "format = \"exit\"\ncount = 'x=a'\n", "gates.own.count: expected exactly one group (the number), got 0"),
    (OWN + 'format = "junit"\ncount = "x"\n', 'gates.own.count: only format = "exit" needs'),
    (OWN + 'format = "junit"\noutput = "/x"\n', "gates.own.output: expected a path inside the project"),
    (OWN + 'format = "junit"\nservices = ["db"]\n', 'gates.own.services[0]: unknown service "db"; known: none'),
    (HEAD + '[gates."Own Gate"]\ncommand = ["x"]\nformat = "junit"\n', 'gates."Own Gate": a gate\'s name must consist'),
    (WAIVER, "waivers[0]: matches nothing; set at least one of rule, fingerprint, path, subject, test"),
    (WAIVER.replace('owner = "o"\n', 'rule = "x"\n'), "waivers[0].owner: missing; who is responsible for it"),
    (WAIVER.replace('"r"', '""') + 'rule = "x"\n', 'waivers[0].reason: expected a reason, got ""'),
    (
        WAIVER.replace('"lint"', '"lnt"') + 'rule = "x"\n',
        'waivers[0].gate: unknown gate "lnt"; did you mean "lint"?',
    ),
    (WAIVER.replace("2027-01-31", '"soon"') + 'rule = "x"\n', "waivers[0].expires: expected a date such as 2027-01-31"),
    (WAIVER.replace("2027-01-31", '"2027-02-31"') + 'rule = "x"\n', '"2027-02-31" is not a valid date'),
    (
        WAIVER.replace("2027-01-31", "2027-01-31 07:30:00") + 'rule = "x"\n',
        "waivers[0].expires: expected a string, got the date",
    ),
    (WAIVER.replace("[[waivers]]", "[waivers]"), "waivers: expected [[waivers]] with two brackets, got a table"),
    ('schema = 1\nwaivers = [1]\n[project]\npython = ["3.11"]\n', "waivers[0]: expected a table, got the number 1"),
)
