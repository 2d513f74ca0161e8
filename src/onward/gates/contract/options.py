"""What the definition may say about the contract, and what follows from it for commands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onward.model.gate import CheckContext
from onward.model.pipeline import Kind, Option

# What looks like a token and is none that a step knows.
_UNKNOWN = re.compile(r"\{(?!secret:|[a-z]+\.url\})[a-z]")

USUAL = (
    "openapi.yaml",
    "openapi.yml",
    "openapi.json",
    "docs/openapi.yaml",
    "docs/openapi.yml",
    "docs/openapi.json",
    "swagger.yaml",
    "swagger.json",
)

OPTIONS = (
    Option(
        "specification",
        Kind.STRING,
        "",
        f"The published OpenAPI document; the first of {', '.join(USUAL[:6])} that exists unless given.",
    ),
    Option(
        "served",
        Kind.STRING,
        "/openapi.json",
        "Path at which the application gives out its own document; empty where it does not.",
    ),
    Option(
        "examples", Kind.INTEGER, 50, "How many requests are generated for each operation and phase at most.", minimum=1
    ),
    Option("checks", Kind.STRINGS, ("all",), "Checks of schemathesis that every answer goes through."),
    Option("exclude-checks", Kind.STRINGS, (), "Checks of schemathesis that are left out."),
    Option(
        "phases",
        Kind.STRINGS,
        ("examples", "coverage", "fuzzing", "stateful"),
        "Phases of schemathesis.",
        choices=("examples", "coverage", "fuzzing", "stateful"),
    ),
    Option("open-schemas", Kind.BOOLEAN, False, "Allow fields in answers that the document does not name."),
    Option(
        "headers",
        Kind.STRINGS,
        (),
        'Headers of every request, such as "X-Api-Key: {secret:key}" with a secret that the application knows.',
    ),
    Option("login-path", Kind.STRING, "", "Path that hands out a bearer token for every request."),
    Option("login-body", Kind.STRING, "", "JSON that is sent there; may hold {secret:NAME}."),
    Option("login-token", Kind.STRING, "access_token", "Where the token is in the answer, its names joined by dots."),
    Option(
        "hooks",
        Kind.STRING,
        "",
        "A Python file of the project with hooks of schemathesis; it sees [application.environment].",
    ),
    Option("traffic", Kind.BOOLEAN, False, "Keep every request and answer as a HAR file."),
)


def specification(context: CheckContext) -> str:
    """Return the path of the published document, empty when there is none."""
    named = context.settings.text("specification")
    return named or next((path for path in USUAL if path in context.project.files), "")


def headers(context: CheckContext) -> tuple[str, ...]:
    """Return the words that hand headers to a program: those of the health check, which the application may insist on."""
    return tuple(word for header in _headers(context) for word in ("--header", header))


def hook_variables(context: CheckContext) -> tuple[tuple[str, str], ...]:
    """Return the application's own variables for the project's hooks, which may have to sign as somebody who knows them.

    Those that name where it listens are left out: a hook learns that from the request.
    """
    application = context.pipeline.application
    declared = application.server.environment if application else ()
    return tuple((name, value) for name, value in declared if not _UNKNOWN.search(value))


def _headers(context: CheckContext) -> Iterator[str]:
    application = context.pipeline.application
    if application is not None:
        health = application.server.health
        yield from (f"{name}: {value}" for name, value in health.headers)
        if health.host:
            yield f"Host: {health.host}"
    yield from context.settings.texts("headers")
