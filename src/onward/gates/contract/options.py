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
        f"The published OpenAPI document; default: the first that exists of {', '.join(USUAL[:6])}.",
    ),
    Option(
        "served",
        Kind.STRING,
        "/openapi.json",
        "Path at which the application serves its own document; empty if it does not.",
    ),
    Option(
        "examples", Kind.INTEGER, 50, "Maximum number of generated requests for each operation and phase.", minimum=1
    ),
    Option("checks", Kind.STRINGS, ("all",), "Checks of schemathesis for every response."),
    Option("exclude-checks", Kind.STRINGS, (), "Checks of schemathesis to skip."),
    Option(
        "phases",
        Kind.STRINGS,
        ("examples", "coverage", "fuzzing", "stateful"),
        "Phases of schemathesis.",
        choices=("examples", "coverage", "fuzzing", "stateful"),
    ),
    Option("open-schemas", Kind.BOOLEAN, False, "Allow fields in responses that the document does not declare."),
    Option(
        "headers",
        Kind.STRINGS,
        (),
        'Headers of every request, such as "X-Api-Key: {secret:key}" with a secret of the application.',
    ),
    Option("login-path", Kind.STRING, "", "Path that returns a bearer token; onward sends it with every request."),
    Option("login-body", Kind.STRING, "", "JSON body of the login request; may contain {secret:NAME}."),
    Option("login-token", Kind.STRING, "access_token", "Path of the token in the response, with dots between names."),
    Option(
        "hooks",
        Kind.STRING,
        "",
        "A Python file of the project with hooks for schemathesis; it gets [application.environment].",
    ),
    Option("traffic", Kind.BOOLEAN, False, "Keep every request and response as a HAR file."),
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
