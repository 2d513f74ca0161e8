"""What the application talks to: databases, Redis, their versions, and the variables that carry their addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from onward.detect.application import COMPOSE
from onward.detect.declarations import declared_hits
from onward.detect.lines import Hit, agreed, code, evidence, gathered, matching, search
from onward.detect.yaml import Node, parse
from onward.model.facts import Fact, Tree

WORKFLOW = r"\.github/workflows/[^/]+\.ya?ml"
_EXAMPLE = (
    r"(?:.*/)?(?:\.?env[._-](?:example|sample|template|dist|test|ci)|(?:example|sample)\.env|\.env\.[\w.]*example)"
)
_DRIVERS = {
    "psycopg": "postgres", "psycopg2": "postgres", "psycopg2-binary": "postgres", "asyncpg": "postgres",
    "pg8000": "postgres", "psycopg-binary": "postgres", "mysqlclient": "mysql", "pymysql": "mysql",
    "aiomysql": "mysql", "asyncmy": "mysql", "aiosqlite": "sqlite",
}  # fmt: skip
_SCHEMES = {
    "psycopg": "postgresql+psycopg", "psycopg-binary": "postgresql+psycopg", "asyncpg": "postgresql+asyncpg",
    "psycopg2": "postgresql", "psycopg2-binary": "postgresql", "pg8000": "postgresql+pg8000",
}  # fmt: skip
_POSTGRES_URL = r"\b(postgres(?:ql)?(?:\+\w+)?)://[^\s\"'/]*@"
_IMAGE = re.compile(
    r"(?:docker\.io/)?(?:library/)?(postgres|redis|mysql|mariadb)(?::([0-9]+(?:\.[0-9]+)*))?(?:[-:].*)?"
)
_READ_IN_CODE = r"(?:environ(?:\.get)?\s*[\[(]|getenv\s*\()\s*[\"']([A-Z][A-Z0-9_]*)[\"']"


def database(tree: Tree) -> Fact:
    """Name the database: postgres, mysql or sqlite; SQLite beside a server is shown and does not count."""
    servers = [hit for hit in _databases(tree) if hit.value != "sqlite"]
    files = [hit for hit in _databases(tree) if hit.value == "sqlite"]
    return agreed("database", servers, weaker=files)


def database_scheme(tree: Tree) -> Fact:
    """Return the scheme of the database's URL, which names the driver; the nearest to the application counts."""
    places = (matching(tree, _EXAMPLE), (*matching(tree, COMPOSE), *matching(tree, WORKFLOW)), code(tree))
    found = [search(tree, paths, _POSTGRES_URL, holds="postgres") for paths in places]
    sources: list[Iterable[Hit]] = [*found, declared_hits(tree, _SCHEMES)]
    first = next((tuple(hits) for hits in sources if hits), ())
    fact = agreed("database-scheme", first)
    return Fact(
        name=fact.name, value=fact.value, evidence=evidence([*first, *(hit for hits in sources for hit in hits)])
    )


def redis(tree: Tree) -> Fact:
    """Tell whether Redis is used."""
    declared = declared_hits(tree, dict.fromkeys(_REDIS, "redis"))
    return agreed("redis", (*declared, *(hit for hit in _images(tree) if hit.value == "redis")))


_REDIS = ("redis", "django-redis", "aioredis", "flask-redis", "rq", "arq", "fastapi-limiter", "redis-om")


def services(tree: Tree) -> Fact:
    """Return services with the version that compose files, workflows and render.yaml agree on, as "postgres:15"."""
    versions: dict[str, set[str]] = {}
    hits = list(_versions(tree))
    for hit in hits:
        versions.setdefault(hit.value.partition(":")[0], set()).add(hit.value)
    settled = tuple(sorted(found.pop() for found in versions.values() if len(found) == 1))
    return Fact(name="services", value=settled or None, evidence=evidence(hits))


def variables(tree: Tree) -> Fact:
    """Return the environment variables that examples list and code reads."""
    return gathered("variables", (*_examples(tree), *search(tree, code(tree), _READ_IN_CODE, holds="env")))


def database_variable(tree: Tree) -> Fact:
    """Return the variable that carries the database's URL."""
    return _carrier(tree, "database-variable", r"(?:\w*DATABASE_UR[IL]|DB_UR[IL]|POSTGRES\w*_UR[IL])", "postgres")


def redis_variable(tree: Tree) -> Fact:
    """Return the variable that carries the URL of Redis."""
    return _carrier(tree, "redis-variable", r"\w*REDIS\w*_UR[IL]", "redis")


def _carrier(tree: Tree, name: str, pattern: str, scheme: str) -> Fact:
    """Look for a variable by its name, or by a value with that scheme."""
    named = re.compile(pattern)
    fields = search(tree, code(tree), rf"^\s+(?i:({pattern}))\s*:\s*\w", holds=":")
    settings = (hit.says(hit.value.upper()) for hit in fields)
    read = search(tree, code(tree), _READ_IN_CODE, holds="env")
    hits = [hit for hit in (*_examples(tree), *read) if named.fullmatch(hit.value) or f"={scheme}" in hit.text]
    return agreed(name, [hit for hit in hits if "TEST" not in hit.value], weaker=settings)


def _examples(tree: Tree) -> tuple[Hit, ...]:
    return search(tree, matching(tree, _EXAMPLE), r"^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=")


def _databases(tree: Tree) -> Iterator[Hit]:
    yield from declared_hits(tree, _DRIVERS)
    for hit in _images(tree):
        if hit.value != "redis":
            yield hit.says("mysql" if hit.value == "mariadb" else hit.value)
    places = (*matching(tree, _EXAMPLE), *code(tree), *matching(tree, r"(?:.*/)?alembic\.ini"))
    for hit in search(tree, places, r"\b(postgres(?:ql)?|mysql|sqlite)(?:\+\w+)?://", holds="://"):
        yield hit.says("postgres" if hit.value.startswith("postgres") else hit.value)
    yield from _django_engines(tree)


def _django_engines(tree: Tree) -> Iterator[Hit]:
    engines = search(tree, code(tree), r"django\.db\.backends\.(postgresql|mysql|sqlite3)", holds="django.db.backends")
    names = {"postgresql": "postgres", "mysql": "mysql", "sqlite3": "sqlite"}
    for hit in engines:
        yield hit.says(names[hit.value])


def _images(tree: Tree) -> Iterator[Hit]:
    for path, node in _image_nodes(tree):
        match = _IMAGE.fullmatch(node.text)
        if match:
            yield Hit(value=match[1], path=path, line=node.line, text=f"image: {node.text}")


def _versions(tree: Tree) -> Iterator[Hit]:
    for path, node in _image_nodes(tree):
        match = _IMAGE.fullmatch(node.text)
        if match and match[2]:
            yield Hit(value=f"{match[1]}:{match[2]}", path=path, line=node.line, text=f"image: {node.text}")
    for path in matching(tree, r"render\.ya?ml"):
        for entry in parse(tree, path).at("databases").elements():
            major = entry.at("postgresMajorVersion")
            if major.text:
                yield Hit(
                    value=f"postgres:{major.text}",
                    path=path,
                    line=major.line,
                    text=f"postgresMajorVersion: {major.text}",
                )


def _image_nodes(tree: Tree) -> Iterator[tuple[str, Node]]:
    for path in matching(tree, COMPOSE):
        for service in parse(tree, path).at("services").children():
            yield path, service.at("image")
    for path in matching(tree, WORKFLOW):
        for job in parse(tree, path).at("jobs").children():
            for service in job.at("services").children():
                yield path, service.at("image") if service.at("image").text else service
