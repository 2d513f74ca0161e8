"""Each fact in its corner cases: what speaks for it, what contradicts it, what stays unknown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.trees import texts
from onward.detect.stack import detect
from onward.model.facts import Fact


def fact(name: str, files: dict[str, str]) -> Fact:
    return next(found for found in detect(texts(files)) if found.name == name)


@pytest.mark.parametrize(
    ("name", "files", "value"),
    [
        ("package-manager", {"uv.lock": "", "poetry.lock": ""}, None),
        ("package-manager", {"poetry.lock": "", "requirements.txt": "flask"}, "poetry"),
        ("package-manager", {"pyproject.toml": "[tool.uv]\n"}, "uv"),
        ("package-manager", {"pyproject.toml": "[project]\ndependencies = []\n"}, "pyproject"),
        ("package-manager", {"pyproject.toml": "[tool.black]\n", "requirements.txt": ""}, "pip"),
        ("package-manager", {"Pipfile": ""}, "pipenv"),
        ("package-manager", {"pyproject.toml": "[tool.poetry]\nname = 'x'\n"}, None),
        ("requirements", {"requirements.txt": "a", "requirements-test.txt": "b"}, ("requirements.txt", "requirements-test.txt")),
        ("requirements", {"requirements.txt": "a", "requirements-dev.txt": "a==1\nb==2"}, ("requirements-dev.txt",)),
        ("requirements", {"requirements/prod.txt": "a", "requirements/dev.txt": "-r prod.txt\nb"}, ("requirements/dev.txt",)),
        ("requirements", {"requirements.txt": "a", "constraints-dev.txt": "b"}, None),
        ("deployed-requirements", {"requirements/prod.txt": "a", "requirements/dev.txt": "b"}, ("requirements/prod.txt",)),
        (
            "deployed-requirements",
            {"requirements.txt": "a", "requirements-web.txt": "b", "Procfile": "x: pip install -r requirements-web.txt"},
            ("requirements-web.txt",),
        ),
        ("framework", {"requirements.txt": "flask\nfastapi"}, None),
        ("framework", {"requirements.txt": "flask\nfastapi", "main.py": "app = FastAPI()\n"}, "fastapi"),
        ("framework", {"requirements.txt": "starlette"}, None),
        ("application", {"app.py": "app = Flask(__name__)\n"}, "app:app"),
        ("application", {"web/__init__.py": "api: FastAPI = FastAPI()\n"}, "web:api"),
        ("application", {"main.py": "app = create_app(settings())\n"}, "main:app"),
        ("application", {"a.py": "app = FastAPI()\n", "b.py": "app = FastAPI()\n"}, None),
        ("application", {"main.py": "def make():\n    app = FastAPI()\n"}, None),
        ("application", {"tests/test_a.py": "app = FastAPI()\n"}, None),
        ("application", {"Procfile": "web: gunicorn -k uvicorn.workers.UvicornWorker -b :$PORT shop.asgi:app"}, "shop.asgi:app"),
        ("application", {"Dockerfile": "CMD gunicorn 'shop:create_app()' -b 0.0.0.0:8000"}, "shop:create_app()"),
        ("application", {"Dockerfile": "# CMD uvicorn old:app\nCMD uvicorn ${APP:-main:app}"}, None),
        ("application", {"Dockerfile": "CMD uvicorn a:app", "render.yaml": "x: uvicorn b:app"}, None),
        ("application", {"Dockerfile": "CMD uvicorn a:app", "compose.yml": "command: uvicorn sim:app"}, "a:app"),
        ("application", {"scripts/start.sh": "uvicorn main:app --reload"}, "main:app"),
        ("health", {"a.py": '@app.get("/health")\n@app.get("/users/status-list")\n@app.post("/health2")\n'}, ("/health",)),
        ("health", {"a.py": "@app.route('/api/diagnostics')\n"}, ("/api/diagnostics",)),
        ("health", {"compose.yml": "test: curl -f http://localhost:8000/readyz || exit 1"}, ("/readyz",)),
        ("test-runner", {"conftest.py": ""}, "pytest"),
        ("test-runner", {"requirements.txt": "pytest-cov"}, None),
        ("pytest-config", {"pytest.ini": "", "pyproject.toml": "[tool.pytest.ini_options]\n"}, "pytest.ini"),
        ("pytest-config", {"pyproject.toml": "[tool.pytest.ini_options]\n", "tox.ini": "[pytest]\n"}, "pyproject.toml"),
        ("pytest-config", {"pyproject.toml": "[tool.black]\n", "setup.cfg": "[tool:pytest]\nx = 1\n"}, "setup.cfg"),
        ("pytest-config", {"setup.cfg": "[metadata]\n", "tox.ini": "[tox]\n"}, None),
        ("tests", {"tox.ini": "[pytest]\ntestpaths = unit/ more\n"}, ("more", "unit")),
        ("tests", {"shop/tests/unit/test_a.py": "", "shop/app.py": ""}, ("shop/tests",)),
        ("tests", {"test_app.py": "", "app.py": ""}, ("test_app.py",)),
        ("tests", {"tests/load/locustfile.py": ""}, None),
        ("integration-tests", {"tests/integration_db/a/test_a.py": ""}, ("tests/integration_db",)),
        ("database-markers", {"pytest.ini": "[pytest]\nmarkers =\n    db: x\n    dbus: y\n    slow: z\n"}, ("db",)),
        ("database-markers", {"pyproject.toml": '[tool.pytest.ini_options]\nmarkers = ["real: not on SQLite"]\n'}, ("real",)),
        ("database", {"requirements.txt": "psycopg2\nmysqlclient"}, None),
        ("database", {"requirements.txt": "pymysql"}, "mysql"),
        ("database", {"a.py": 'URL = "sqlite:///x.db"\n'}, "sqlite"),
        ("database", {"a.py": 'URL = "sqlite:///x.db"\n', "requirements.txt": "asyncpg"}, "postgres"),
        ("database", {"requirements.txt": "sqlalchemy"}, None),
        ("database-scheme", {".env.example": "X=postgres://u:p@h/d", "requirements.txt": "asyncpg"}, "postgres"),
        ("database-scheme", {"requirements.txt": "asyncpg\npsycopg"}, None),
        ("database-scheme", {"a.py": 'x.replace("postgres://", "postgresql://")\n'}, None),
        ("database-variable", {".env.example": "SHOP_DSN=postgresql://u:p@h/d\nTEST_DATABASE_URL=x"}, "SHOP_DSN"),
        ("database-variable", {"settings.py": "class Settings:\n    database_url: str\n"}, "DATABASE_URL"),
        ("redis-variable", {"a.py": 'os.environ["CACHE_REDIS_URL"]\n'}, "CACHE_REDIS_URL"),
        ("services", {"compose.yml": "services:\n  a: {image: 'postgres:14'}\n  b: {image: 'postgres:15'}\n"}, None),
        ("services", {"compose.yml": "services:\n  a: {image: postgres}\n  b: {image: 'redis:latest'}\n"}, None),
        ("services", {"compose.yml": "x: &pg {image: 'postgres:15'}\nservices:\n  a: {<<: *pg}\n"}, ("postgres:15",)),
        ("services", {".github/workflows/a.yml": "jobs: {t: {services: {r: 'redis:7-alpine'}}}\n"}, ("redis:7",)),
        ("variables", {".env.example": "export A=1\n# B=2\n", "a.py": "os.environ.get('C')\nos.getenv( 'D' )\n"}, ("A", "C", "D")),
        ("alembic-scripts", {"db/alembic.ini": "script_location = %(here)s/versions/..\n"}, "db"),
        ("alembic", {"a/alembic.ini": "script_location = a\n", "b/alembic.ini": "script_location = b\n"}, None),
        ("alembic", {"pyproject.toml": '[tool.alembic]\nscript_location = "%(here)s/db"\n'}, "pyproject.toml"),
        ("alembic", {"alembic.ini": "# script_location = x\n"}, None),
        ("django-migrations", {"migrations/0001_x.py": "import alembic\n"}, None),
        ("formatter", {"pyproject.toml": "[tool.ruff]\n"}, None),
        ("formatter", {".pre-commit-config.yaml": "- id: ruff-format\n- id: isort\n"}, ("isort", "ruff")),
        ("formatter", {"Makefile": "fmt:\n\truff format .\n"}, ("ruff",)),
        ("linter", {".flake8": "", "ruff.toml": ""}, ("flake8", "ruff")),
        ("linter", {"requirements.txt": "flake8-bugbear"}, None),
        ("type-checker", {"mypy.ini": ""}, ("mypy",)),
        ("mypy-config", {"mypy.ini": "", "pyproject.toml": "[tool.mypy]\n"}, "mypy.ini"),
        ("mypy-files", {"pyproject.toml": '[tool.mypy]\nfiles = ["app", "main.py"]\n'}, ("app", "main.py")),
        ("mypy-files", {"pyproject.toml": '[tool.mypy]\nfiles = "app, main.py"\nstrict = true\n'}, ("app", "main.py")),
        ("mypy-files", {"mypy.ini": "[mypy]\npackages = shop\n[mypy-x.*]\nfiles = no\n"}, ("shop",)),
        ("mypy-files", {"pyproject.toml": "[tool.mypy]\nstrict = true\nfiles = 3\n"}, None),
        ("isort-config", {"setup.cfg": "[isort]\nprofile = black\n"}, "setup.cfg"),
        ("gitleaks-config", {".gitleaks.toml": ""}, ".gitleaks.toml"),
        ("deployed-python", {"Dockerfile": "FROM python:3.11", "runtime.txt": "python-3.12.1"}, None),
        ("deployed-python", {"Dockerfile": "FROM python:3.11", ".python-version": "3.12"}, "3.11"),
        ("deployed-python", {"Dockerfile.dev": "FROM python:3.12", "Dockerfile": "FROM python:3.11.7"}, "3.11"),
        ("deployed-python", {"Dockerfile": "FROM python:3.12 AS build\nFROM python:3.11-slim\nCOPY --from=build / /"}, "3.11"),
        ("deployed-python", {"Dockerfile": "ARG IMAGE=python:3.11-slim\nFROM --platform=linux/amd64 ${IMAGE}"}, "3.11"),
        ("deployed-python", {"Dockerfile": "FROM registry.example.org/x/python:${V:-3.10}-slim"}, "3.10"),
        ("deployed-python", {"Dockerfile": "FROM python:latest"}, None),
        ("deployed-python", {"Dockerfile": "FROM ubuntu:22.04"}, None),
        ("deployed-python", {"render.yaml": "services:\n- envVars:\n  - {key: PYTHON_VERSION, value: 3.10}\n"}, "3.10"),
        ("deployed-python", {".tool-versions": "nodejs 20\npython 3.12.1\n"}, "3.12"),
        ("python", {"tox.ini": "[tox]\nenvlist = py39, py{310,311}-django, lint\n"}, ("3.9", "3.10", "3.11")),
        ("python", {".github/workflows/a.yml": "jobs: {t: {strategy: {matrix: {python: ['3.13', 'pypy3.10']}}}}"}, ("3.13",)),
        ("python", {"pyproject.toml": '[project]\nrequires-python = ">=3.9"\n'}, None),
        ("source", {"src/a/b.py": "", "setup.py": "", "other/x.py": ""}, ("src",)),
        ("source", {"docs/conf.py": "", "scripts/x.py": "", "tests/test_x.py": "", ".hidden/x.py": ""}, None),
        ("source", {"manage.py": "", "conftest.py": "", "wsgi.py": "", "pkg/deep/er/x.py": ""}, ("pkg", "wsgi.py")),
        ("frontend", {"package.json": '{"dependencies": {"x": "1"}}', "node_modules/a/package.json": '{"scripts": {"a": ""}}'}, (".",)),
        ("frontend", {"package.json": "{}"}, None),
        ("frontend-scripts", {"web/package.json": '{"scripts": {"lint": "eslint .", "odd": 1}}'}, (("web", "lint", "eslint ."),)),
        ("frontend-managers", {"web/package.json": '{"packageManager": "pnpm@10.1.0+sha512.00"}'}, (("web", "pnpm@10.1.0+sha512.00"),)),
        ("base-images", {"Dockerfile": "FROM python:3.11 AS build\nFROM scratch\nCOPY --from=build / /\nCOPY --from=0 / /"}, (("Dockerfile", "python:3.11"),)),
        ("base-images", {"web/Dockerfile": "ARG V=20\nFROM --platform=linux/amd64 node:${V}-slim"}, (("web/Dockerfile", "node:${V:-20}-slim"),)),
        ("base-images", {"Dockerfile": "ARG BASE\nFROM $BASE\nCOPY --chown=1 --from=uv:1 /uv /"}, (("Dockerfile", "${BASE:-}"), ("Dockerfile", "uv:1"))),
        ("base-images", {"Dockerfile": "FROM ${BASE:-debian:12}"}, (("Dockerfile", "${BASE:-debian:12}"),)),
        ("alembic", {"migrations/alembic.ini": "[alembic]", "migrations/env.py": "from flask import current_app"}, "migrations/alembic.ini"),
        ("alembic-scripts", {"migrations/alembic.ini": "[alembic]", "migrations/env.py": "from flask import current_app"}, "migrations"),
        ("alembic", {"migrations/alembic.ini": "[alembic]", "migrations/env.py": "import alembic"}, None),
        ("base-images", {"Makefile": "FROM x"}, None),
        ("frontend-packages", {"package.json": '{"dependencies": {"a": "1"}, "devDependencies": {"b": "2"}}'}, ((".", "a", "1"), (".", "b", "2"))),
    ],
)  # fmt: skip
def test_facts(name: str, files: dict[str, str], value: object) -> None:
    found = fact(name, files)
    assert found.value == value, found


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("package-manager", {"uv.lock": "", "poetry.lock": ""}),
        ("framework", {"requirements.txt": "flask\nfastapi"}),
        ("application", {"Dockerfile": "CMD uvicorn a:app", "render.yaml": "x: uvicorn b:app"}),
        ("database", {"requirements.txt": "psycopg2\nmysqlclient"}),
        ("services", {"compose.yml": "services:\n  a: {image: 'postgres:14'}\n  b: {image: 'postgres:15'}\n"}),
        ("deployed-python", {"Dockerfile": "FROM python:3.11", "runtime.txt": "python-3.12.1"}),
    ],
)
def test_contradictions_are_shown_and_not_decided(name: str, files: dict[str, str]) -> None:
    found = fact(name, files)
    assert found.value is None
    assert len(found.evidence) == 2


def test_long_lines_are_cut() -> None:
    wanted = "fastapi ; python_version >= '3.9'" + " and python_version >= '3.9'" * 20
    (line,) = fact("framework", {"requirements.txt": wanted}).evidence
    assert len(line) < 150
    assert line.endswith("…")


def test_evidence_holds_no_credentials() -> None:
    files = {
        ".env.example": "DATABASE_URL=postgresql://me:hunter2@db/x\nSECRET_KEY='hunter2'\nexport API_TOKEN=hunter2\n",
        "app.py": 'engine(os.getenv("X", "postgresql+psycopg://me:hunter2@db/x"))\n',
        "alembic.ini": "script_location = x\nsqlalchemy.url = postgresql://me:hunter2@db/x\n",
    }
    facts = detect(texts(files))
    assert any("SECRET_KEY=…" in line for found in facts for line in found.evidence)
    assert [line for found in facts for line in found.evidence if "hunter2" in line] == []


PATHS = st.sampled_from(
    ["pyproject.toml", "Dockerfile", "compose.yml", "render.yaml", "tox.ini", "setup.cfg", "pytest.ini", "alembic.ini",
     ".env.example", "main.py", "requirements.txt", "package.json", ".github/workflows/ci.yml", "Procfile"]
)  # fmt: skip


@settings(deadline=None)
@given(st.dictionaries(PATHS, st.text(max_size=60), max_size=5))
def test_no_file_is_a_bug(files: dict[str, str]) -> None:
    for found in detect(texts(files)):
        assert found.value is None or found.value
