"""What is run in the front end's folder: the project's own tools, never in a form that rewrites files."""

from __future__ import annotations

import json

from onward.gates.frontend import folder, names
from onward.model.gate import CheckContext, Command, Purpose
from onward.model.guest import guest_command
from onward.model.known_vulnerable import npm_project
from onward.readers.advisories import ASKED

_BIN = "{node.modules}/.bin"

SCRIPTS = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")

# Something of it is an error under every usual selection of rules, for scripts and modules, with and without types.
LINT_CANARY = "debugger;\nif (true) {\n  var onwardCanary = undefinedOnwardName == 1;\n}\n"
# Prettier would write it in one way only, whatever its options.
FORMAT_CANARY = "var   onwardCanary   =  [ 1,2 , 3 ]   ;\n\n\n\n"

_ESLINT_FLAGS = ("--fix", "--fix-dry-run", "--cache", "--no-error-on-unmatched-pattern", "--pass-on-no-patterns")
_ESLINT_VALUED = ("-f", "--format", "-o", "--output-file", "--fix-type", "--cache-location", "--cache-strategy")
_PRETTIER_FLAGS = ("-w", "--write", "-c", "--check", "-l", "--list-different", "--cache", "-u", "--ignore-unknown")
_PRETTIER_VALUED = ("--log-level", "--loglevel", "--cache-location", "--cache-strategy")
_COVERAGE = ("@vitest/coverage-v8", "@vitest/coverage-istanbul")


def home(context: CheckContext) -> str:
    """Return the front end's folder in the workspace."""
    where = folder.folder(context)
    return "{tree}" if where == "." else f"{{tree}}/{where}"


def _plant(context: CheckContext, canary: str) -> Command:
    where = ("--root", home(context), "--manifest", f"{{out}}/{names.PLANTED}", f"--canary={canary}")
    argv = guest_command("frontend/plant_canaries", *where, *SCRIPTS)
    return Command(argv=argv, writes=(names.PLANTED,), purpose=Purpose.CONTROL)


def eslint_arguments(context: CheckContext) -> tuple[str, ...]:
    """Return what the project's own script hands to eslint, less whatever rewrites files or changes the output."""
    own = folder.arguments(context, "eslint")
    return folder.without(own or (), flags=_ESLINT_FLAGS, valued=_ESLINT_VALUED) or (".",)


def eslint(context: CheckContext) -> tuple[Command, ...]:
    """Plant a canary in every folder and lint."""
    argv = (
        f"{_BIN}/eslint",
        *eslint_arguments(context),
        "--format",
        "json",
        "--output-file",
        f"{{out}}/{names.ESLINT}",
    )
    run = Command(argv=argv, cwd=home(context), accepts=(0, 1), writes=(names.ESLINT,))
    return (_plant(context, LINT_CANARY), run)


def prettier(context: CheckContext) -> tuple[Command, ...]:
    """Plant a canary in every folder and list what prettier would rewrite."""
    own = folder.arguments(context, "prettier")
    paths = folder.without(own or (), flags=_PRETTIER_FLAGS, valued=_PRETTIER_VALUED) or (".",)
    argv = (f"{_BIN}/prettier", "--list-different", "--ignore-unknown", *paths)
    run = Command(argv=argv, cwd=home(context), accepts=(0, 1), stdout=names.PRETTIER)
    return (_plant(context, FORMAT_CANARY), run)


def tsconfigs(context: CheckContext) -> tuple[str, ...]:
    """Return the compiler's configurations, relative to the project: the option, else the parts of tsconfig.json.

    A tsconfig.json that only refers to others checks nothing by itself, so the others are named one by one.
    """
    where = folder.folder(context)
    asked = context.settings.texts("tsconfig")
    if asked:
        return tuple(folder.inside(where, path) for path in asked)
    prefix = folder.inside(where, "tsconfig.")
    parts = [path for path in context.project.files if path.startswith(prefix) and path.endswith(".json")]
    split = [path for path in parts if path.removeprefix(prefix) in {"app.json", "node.json"}]
    return tuple(split) or (folder.inside(where, "tsconfig.json"),)


def types(context: CheckContext) -> tuple[Command, ...]:
    """Check the types under each configuration; the compiler lists the files that it looked at."""
    return tuple(
        Command(
            argv=(f"{_BIN}/tsc", "--project", f"{{tree}}/{path}", "--noEmit", "--pretty", "false", "--listFiles"),
            cwd=home(context),
            accepts=(0, 1, 2),
            stdout=names.types_output(number),
        )
        for number, path in enumerate(tsconfigs(context))
    )


def tests(context: CheckContext) -> tuple[Command, ...]:
    """Run the tests once with vitest or jest; coverage where the project has what measures it."""
    packages = folder.packages(context)
    argv = _vitest(packages) if "vitest" in packages else _JEST
    run = Command(argv=argv, cwd=home(context), accepts=(0, 1), writes=(names.TESTS, names.COVERAGE))
    return (run,)


def _vitest(packages: frozenset[str]) -> tuple[str, ...]:
    measured = (
        "--coverage.enabled=true",
        "--coverage.reporter=json-summary",
        "--coverage.reporter=html",
        "--coverage.reportsDirectory={out}/coverage",
        "--coverage.reportOnFailure=true",
    )
    report = ("--reporter=json", f"--outputFile={{out}}/{names.TESTS}")
    return (f"{_BIN}/vitest", "run", *report, *(() if packages.isdisjoint(_COVERAGE) else measured))


_JEST = (
    f"{_BIN}/jest",
    "--ci",
    "--json",
    f"--outputFile={{out}}/{names.TESTS}",
    "--coverage",
    "--coverageReporters=json-summary",
    "--coverageReporters=html",
    "--coverageDirectory={out}/coverage",
    "--maxWorkers={jobs}",
)


def output(context: CheckContext) -> str:
    """Return the folder, relative to the front end, that the build fills."""
    asked = context.settings.text("output").strip("/")
    if asked:
        return asked
    packages = folder.packages(context)
    usual = (("vite", "dist"), ("react-scripts", "build"), ("next", ".next/static"))
    return next((place for package, place in usual if package in packages), "dist")


def build(context: CheckContext) -> tuple[Command, ...]:
    """Build for production and weigh what came out."""
    weigh = guest_command("frontend/weigh_files", "--folder", f"{home(context)}/{output(context)}")
    return (
        Command(argv=("{node.npm}", "run", "--silent", "build"), cwd=home(context), accepts=(0, 1, 2)),
        Command(argv=(*weigh, "--out", f"{{out}}/{names.BUILT}"), writes=(names.BUILT,), purpose=Purpose.CONVERT),
    )


def advisories(context: CheckContext) -> tuple[Command, ...]:
    """List what the lock names, and ask an OSV service about each version, a well-known one among them."""
    listing = guest_command("list_locks", "--tree", "{tree}", "--out", f"{{out}}/{names.LOCKS}")
    asking = guest_command("ask_packages", "{advisories.url}", "{out}")
    return (
        Command(argv=(*listing, "--", folder.lock(context)), writes=(names.LOCKS,)),
        Command(argv=asking, cwd="{scratch}", writes=(ASKED,)),
    )


def audit(context: CheckContext) -> tuple[Command, ...]:
    """Ask the registry about a package that is known to be vulnerable, then about every package in the lock file.

    A registry may answer without knowing any advisory; its silence is believed only when it has found the first. Both
    ask the registry that the front end's own settings name.
    """
    control = "{scratch}/control"
    argv = ("{node.npm}", "audit", "--json", "--package-lock-only")
    plant = guest_command("frontend/plant_package", control, f"{home(context)}/.npmrc", json.dumps(npm_project()))
    return (
        Command(argv=plant, purpose=Purpose.CONTROL),
        Command(argv=argv, cwd=control, accepts=(0, 1), stdout=names.CONTROL, purpose=Purpose.CONTROL),
        Command(argv=argv, cwd=home(context), accepts=(0, 1), stdout=names.AUDIT),
    )
