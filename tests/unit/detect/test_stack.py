"""Whole projects as people write them: every fact at once."""

from __future__ import annotations

import pytest

from kit.trees import Texts, texts
from onward.detect.show import as_json, as_text
from onward.detect.stack import DETECTORS, detect
from onward.model.facts import Fact

FASTAPI = texts(
    {
        "requirements.txt": """
            fastapi==0.115.0
            uvicorn[standard]>=0.30
            sqlalchemy>=2
            psycopg[binary]==3.2.3  # the driver
            redis==5.0.1
            alembic
        """,
        "requirements-dev.txt": """
            -r requirements.txt
            pytest==8.3.3
            black==24.8.0
            isort
            flake8
            mypy
        """,
        "main.py": """
            from fastapi import FastAPI

            from app.health import router

            app = FastAPI()
            app.include_router(router)
        """,
        "app/__init__.py": "",
        "app/health.py": """
            from fastapi import APIRouter

            router = APIRouter(prefix="/api/v1")


            @router.get("/health")
            def health() -> dict[str, str]:
                return {"status": "ok"}
        """,
        "app/config.py": """
            import os

            DATABASE_URL = os.environ["DATABASE_URL"]
            REDIS = os.getenv("REDIS_URL", "redis://localhost")
        """,
        "alembic.ini": "[alembic]\n# where\nscript_location = migrations\n",
        "migrations/env.py": "",
        "tests/test_main.py": "def test_x(): pass\n",
        "tests/integration/test_db.py": "def test_y(): pass\n",
        "pytest.ini": """
            [pytest]
            testpaths = tests
            markers =
                slow: takes long
                sqlite_incompatible: wants row locks
                needs_postgres(version): real PostgreSQL
        """,
        "setup.cfg": "[flake8]\nmax-line-length = 120\n",
        "pyproject.toml": "[tool.black]\nline-length = 120\n[tool.mypy]\nstrict = false\n[tool.bandit]\nskips = []\n",
        "gitleaks.toml": "title = 'rules'\n",
        ".env.example": "DATABASE_URL=postgresql+psycopg://me:secret@localhost/shop\nREDIS_URL=redis://localhost:6379/0\n",
        "Dockerfile": """
            ARG PYTHON=3.11
            FROM node:20 AS web
            FROM python:${PYTHON}-slim
            COPY requirements.txt .
            RUN pip install --no-cache-dir -r requirements.txt
            CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]
            HEALTHCHECK CMD curl -f http://localhost:8000/health || exit 1
        """,
        "docker-compose.yml": """
            services:
              web:
                build: .
              db:
                image: postgres:15-alpine
              cache:
                image: redis:7
        """,
        ".github/workflows/ci.yml": """
            on: push
            jobs:
              test:
                strategy:
                  matrix:
                    python-version: [3.9, "3.11", 3.10]
                services:
                  postgres:
                    image: postgres:15
        """,
        "frontend/package.json": '{"name": "web", "scripts": {"build": "vite build"}}',
    }
)


def facts(tree: Texts) -> dict[str, Fact]:
    return {fact.name: fact for fact in detect(tree)}


def values(tree: Texts) -> dict[str, object]:
    return {name: fact.value for name, fact in facts(tree).items() if fact.value is not None}


def test_fastapi_with_requirement_files() -> None:
    assert values(FASTAPI) == {
        "package-manager": "pip",
        "requirements": ("requirements-dev.txt",),
        "deployed-requirements": ("requirements.txt",),
        "python": ("3.9", "3.10", "3.11"),
        "deployed-python": "3.11",
        "source": ("app", "main.py"),
        "framework": "fastapi",
        "application": "main:app",
        "health": ("/api/v1/health", "/health"),
        "test-runner": "pytest",
        "pytest-config": "pytest.ini",
        "tests": ("tests",),
        "integration-tests": ("tests/integration",),
        "database-markers": ("needs_postgres", "sqlite_incompatible"),
        "database": "postgres",
        "database-scheme": "postgresql+psycopg",
        "database-variable": "DATABASE_URL",
        "redis": "redis",
        "redis-variable": "REDIS_URL",
        "services": ("postgres:15", "redis:7"),
        "variables": ("DATABASE_URL", "REDIS_URL"),
        "alembic": "alembic.ini",
        "alembic-scripts": "migrations",
        "formatter": ("black", "isort"),
        "linter": ("flake8",),
        "type-checker": ("mypy",),
        "black-config": "pyproject.toml",
        "flake8-config": "setup.cfg",
        "mypy-config": "pyproject.toml",
        "bandit-config": "pyproject.toml",
        "gitleaks-config": "gitleaks.toml",
        "frontend": ("frontend",),
        "frontend-scripts": (("frontend", "build", "vite build"),),
        "base-images": (("Dockerfile", "node:20"), ("Dockerfile", "python:${PYTHON:-3.11}-slim")),
    }


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("alembic", "alembic.ini:3 script_location = migrations"),
        ("deployed-python", "Dockerfile:3 FROM python:${PYTHON}-slim"),
        ("application", 'Dockerfile:6 CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]'),
        ("database-scheme", ".env.example:1 DATABASE_URL=postgresql+psycopg://…@localhost/shop"),
        ("services", "docker-compose.yml:5 image: postgres:15-alpine"),
        ("python", ".github/workflows/ci.yml:6 python-version: 3.10"),
        ("framework", "requirements.txt:1 fastapi==0.115.0"),
        ("database-markers", "pytest.ini:5 sqlite_incompatible: wants row locks"),
        ("requirements", "requirements-dev.txt"),
        ("formatter", "requirements-dev.txt:4 isort"),
        ("flake8-config", "setup.cfg:1 [flake8]"),
    ],
)
def test_evidence_is_path_line_text(name: str, line: str) -> None:
    assert line in facts(FASTAPI)[name].evidence


DJANGO = texts(
    {
        "pyproject.toml": """
            [tool.poetry]
            name = "blog"

            [tool.poetry.dependencies]
            python = "^3.10"
            django = "^5.0"
            psycopg2-binary = { version = "2.9.9" }
            django-redis = "*"

            [tool.poetry.group.dev.dependencies]
            pytest-django = "4.8.0"
            pytest = "^8"
            ruff = "0.6.2"

            [tool.ruff]
            line-length = 100

            [tool.ruff.format]
            quote-style = "double"

            [tool.pytest.ini_options]
            DJANGO_SETTINGS_MODULE = "blog.settings"
        """,
        "poetry.lock": """
            [[package]]
            name = "django"
            version = "5.0.8"

            [[package]]
            name = "pytest"
            version = "8.3.2"
        """,
        "manage.py": "import django\n",
        "blog/__init__.py": "",
        "blog/settings.py": """
            WSGI_APPLICATION = "blog.wsgi.application"
            DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql"}}
        """,
        "blog/urls.py": 'urlpatterns = [path("healthz/", healthz)]\n',
        "blog/wsgi.py": "application = get_wsgi_application()\n",
        "posts/__init__.py": "",
        "posts/migrations/0001_initial.py": "from django.db import migrations\n\nclass Migration(migrations.Migration):\n    pass\n",
        "posts/tests.py": "",
        "posts/test_views.py": "",
        "render.yaml": """
            services:
              - type: web
                runtime: python
                startCommand: gunicorn blog.wsgi:application
                healthCheckPath: /healthz/
                envVars:
                  - key: PYTHON_VERSION
                    value: 3.12.4
            databases:
              - name: db
                postgresMajorVersion: 16
        """,
        ".python-version": "3.12\n",
    }
)


def test_django_with_poetry() -> None:
    found = values(DJANGO)
    expected = {
        "package-manager": "poetry",
        "python": ("3.12",),
        "deployed-python": "3.12",
        "source": ("blog", "posts"),
        "framework": "django",
        "application": "blog.wsgi:application",
        "health": ("/healthz/",),
        "pytest-config": "pyproject.toml",
        "tests": ("posts",),
        "database": "postgres",
        "database-scheme": "postgresql",
        "redis": "redis",
        "services": ("postgres:16",),
        "django-migrations": ("posts/migrations",),
        "formatter": ("ruff",),
        "linter": ("ruff",),
        "ruff-config": "pyproject.toml",
    }
    assert {name: found.get(name) for name in expected} == expected
    assert not {"requirements", "alembic", "frontend", "redis-variable"} & set(found)
    assert 'pyproject.toml:5 python = "^3.10"' in facts(DJANGO)["python"].evidence


FLASK = texts(
    {
        "pyproject.toml": """
            [project]
            name = "links"
            requires-python = ">=3.11"
            classifiers = [
                "Programming Language :: Python :: 3",
                "Programming Language :: Python :: 3.11",
                "Programming Language :: Python :: 3.13",
            ]
            dependencies = ["flask>=3", "asyncpg", "sqlalchemy[asyncio]"]

            [dependency-groups]
            dev = ["pytest", "ruff==0.6.2", { include-group = "docs" }]
            docs = ["mkdocs"]
        """,
        "uv.lock": """
            version = 1

            [[package]]
            name = "links"
            version = "0.1.0"
            source = { editable = "." }

            [[package]]
            name = "Flask"
            version = "3.0.3"
            source = { registry = "https://pypi.org/simple" }
        """,
        "src/links/__init__.py": "",
        "src/links/web.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        "test/test_web.py": "",
        "test/conftest.py": "",
        "runtime.txt": "python-3.13.1\n",
        "compose.yaml": "services: {db: {image: 'docker.io/library/postgres:17.2'}}\n",
    }
)


def test_flask_with_uv() -> None:
    found = values(FLASK)
    expected = {
        "package-manager": "uv",
        "python": ("3.11", "3.13"),
        "deployed-python": "3.13",
        "source": ("src",),
        "framework": "flask",
        "application": "links.web:app",
        "test-runner": "pytest",
        "tests": ("test",),
        "database": "postgres",
        "database-scheme": "postgresql+asyncpg",
        "services": ("postgres:17.2",),
        "linter": ("ruff",),
    }
    assert {name: found.get(name) for name in expected} == expected
    assert not {"requirements", "pytest-config", "formatter", "redis", "health"} & set(found)


def test_other_projects_below_are_left_out() -> None:
    inner = {f"examples/shop/{path}": text for path, text in FASTAPI.files.items()}
    outer = {"onward.toml": "", "requirements.txt": "flask\n", "examples/shop/onward.toml": ""}
    assert values(texts({**inner, **outer})) == {
        "package-manager": "pip",
        "deployed-requirements": ("requirements.txt",),
        "framework": "flask",
    }


def test_an_empty_folder_is_unknown_throughout() -> None:
    assert all(fact == Fact(name=fact.name, value=None) for fact in detect(texts({})))


def test_each_detector_finds_the_fact_that_it_is_listed_with() -> None:
    names = [name for name, _ in DETECTORS]
    assert [fact.name for fact in detect(FASTAPI)] == names
    assert len(names) == len(set(names))


def test_a_few_facts_may_be_asked_for() -> None:
    assert {fact.name: fact.value for fact in detect(FASTAPI, only=("linter", "python"))} == {
        "python": ("3.9", "3.10", "3.11"),
        "linter": ("flake8",),
    }


def test_files_that_do_not_parse_say_nothing() -> None:
    broken = dict.fromkeys(("pyproject.toml", "poetry.lock", "Pipfile.lock", "package.json", "compose.yml", "setup.cfg", "tox.ini", "alembic.ini", "render.yaml", ".github/workflows/ci.yml", "requirements.txt", "Dockerfile"), "[[[ : {{ - \x00\n\t&a *b %")  # fmt: skip
    assert values(texts(broken)).keys() <= {"package-manager", "deployed-requirements"}


def test_yaml_that_explodes_costs_nothing() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    loop = "services: &s\n  db: *s\n  image: postgres:15\n"
    assert values(texts({"compose.yml": bomb})) == {}
    assert values(texts({"docker-compose.yml": loop}))["services"] == ("postgres:15",)


def test_text_for_people() -> None:
    facts = (
        Fact(name="framework", value="fastapi", evidence=("a:1 x", "b:1 x", "c:1 x", "d:1 x", "e:1 x")),
        Fact(name="python", value=("3.9", "3.11")),
        Fact(name="redis", value=None),
        Fact(
            name="deployed-python", value=None, evidence=("Dockerfile:1 FROM python:3.11", "runtime.txt:1 python-3.12")
        ),
    )
    assert as_text(facts) == (
        "framework              fastapi\n"
        "                        a:1 x\n"
        "                        b:1 x\n"
        "                        c:1 x\n"
        "                        and 2 more\n"
        "python                 3.9, 3.11\n"
        "redis                  unknown\n"
        "deployed-python        unknown: the evidence is not conclusive\n"
        "                        Dockerfile:1 FROM python:3.11\n"
        "                        runtime.txt:1 python-3.12\n"
    )
    assert '"value": null' in as_json(facts)
