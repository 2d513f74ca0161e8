"""Where a front end keeps journeys of `@playwright/test`, and how they are taken."""

from __future__ import annotations

from collections.abc import Iterator

from onward.gates.e2e.read import CONTROL, NOTES
from onward.gates.e2e.read_node import REPORT
from onward.model.facts import FRONTEND_PACKAGES
from onward.model.gate import Applies, CheckContext, Command, Purpose
from onward.model.guest import guest_command, guest_file
from onward.model.need import Packages

PACKAGE = "@playwright/test"
CONFIGS = tuple(f"playwright.config.{suffix}" for suffix in ("ts", "js", "mjs", "mts", "cjs", "cts"))


def packages(context: CheckContext) -> tuple[Packages, ...]:
    """Return those of the first folder whose package.json asks for `@playwright/test` and that has a configuration for it."""
    return (Packages(next((home for home, _ in _found(context)), ".")),)


def applies(context: CheckContext) -> Applies:
    """Apply where there is such a folder."""
    if any(_found(context)):
        return Applies(yes=True, why="")
    return Applies(yes=False, why=f"no package.json requires {PACKAGE} and has a playwright.config beside it")


def _found(context: CheckContext) -> Iterator[tuple[str, str]]:
    for home, name, _ in context.project.fact(FRONTEND_PACKAGES):
        for config in CONFIGS if name == PACKAGE else ():
            if (config if home == "." else f"{home}/{config}") in context.project.files:
                yield home, config


def commands(context: CheckContext, places: tuple[tuple[str, str], ...]) -> tuple[Command, ...]:
    """Wrap the project's configuration, have the browser show that it works, then take the journeys."""
    home, config = next(_found(context), (".", CONFIGS[0]))
    here = "{tree}" if home == "." else f"{{tree}}/{home}"
    env = (*places, ("ONWARD_FRONT_END", here), ("ONWARD_TREE", "{tree}"))
    wrapped = f"onward.playwright.config.{config.rpartition('.')[2]}"
    retries = context.settings.number("retries")
    words = (f"--config={wrapped}", "--reporter=json", "--output={out}/playwright", "--max-failures=0")
    journeys = Command(
        argv=(
            "{node}",
            f"{here}/node_modules/{PACKAGE}/cli.js",
            "test",
            *words,
            *((f"--retries={retries:.0f}",) if retries else ()),
        ),
        accepts=(0, 1),
        env=(
            *env,
            ("NODE_OPTIONS", "--require=" + guest_file("e2e", "watch_journeys.cjs")),
            ("PLAYWRIGHT_JSON_OUTPUT_NAME", "{out}/" + REPORT),
        ),
        cwd=here,
        writes=(REPORT, NOTES),
    )
    wrap = guest_command("e2e/prepare_playwright", here, config, python="{python}")
    prepare = Command(argv=wrap, env=places, purpose=Purpose.CONVERT)
    control = Command(
        argv=("{node}", guest_file("e2e", "open_browser.cjs")),
        accepts=(0, 4),
        env=env,
        cwd=here,
        writes=(CONTROL,),
        purpose=Purpose.CONTROL,
        timeout_s=120.0,
    )
    return (prepare, control, journeys)
