"""Migrations that Flask-Migrate runs: a real Flask application, the files that `flask db init` writes, a real PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from uv import find_uv_bin

from kit import guests, repos
from kit.invocations import Onward, Said
from kit.repos import Repo
from kit.revisions import revision

pytestmark = [pytest.mark.tools, pytest.mark.services]

REQUIREMENTS = "flask==3.1.2\nflask-migrate==4.1.0\nflask-sqlalchemy==3.1.1\npsycopg[binary]==3.2.10\n"
SHOP = """import os

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Item(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(40), nullable=False)
{more}

def create_app():
    made = Flask(__name__)
    made.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
    db.init_app(made)
    Migrate(made, db)
    return made
"""
ITEM = (
    'op.create_table("item", sa.Column("id", sa.Integer, primary_key=True), '
    'sa.Column("name", sa.String(40), nullable=False))'
)


@pytest.fixture(scope="module")
def flask(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with Flask-Migrate, whose command writes the folder of migrations."""
    folder = tmp_path_factory.mktemp("flask")
    (folder / "requirements.txt").write_text(REQUIREMENTS)
    for words in (
        ("venv", "--quiet", "--python", "3.11", str(folder / "env")),
        (
            "pip",
            "install",
            "--quiet",
            "--python",
            str(folder / "env/bin/python"),
            "-r",
            str(folder / "requirements.txt"),
        ),
    ):
        subprocess.run((find_uv_bin(), *words), check=True, cwd=folder)
    return folder / "env/bin/flask"


def project(flask: Path, root: Path, variable: str = "DATABASE_URL") -> Repo:
    """Make the shop with the files of `flask db init` and its first revision, then what `onward init` makes of it."""
    root.mkdir()
    (root / "shop.py").write_text(SHOP.format(more=""))
    environ = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql+psycopg://nobody@localhost/none"}
    subprocess.run((flask, "--app", "shop:create_app", "db", "init"), cwd=root, env=environ, check=True)
    (root / "requirements.txt").write_text(REQUIREMENTS)
    (root / "onward.toml").write_text(f"""schema = 1

[project]
name = "shop"
python = ["3.11"]
deployed-python = "3.11"
source = ["shop.py"]
requirements = ["requirements.txt"]

[services.postgres]
image = "postgres:15"
variable = "{variable}"
scheme = "postgresql+psycopg"

[gates.migrations]
config = "migrations/alembic.ini"

[application]
command = ["gunicorn", "shop:create_app()", "--bind", "{{host}}:{{port}}"]
health = "/"
""")
    repo = repos.make(root)
    repo.commit("The shop", revision("0001", None, ITEM, 'op.drop_table("item")'))
    return repo.branch("change")


def run(repo: Repo, home: Path) -> Said:
    return Onward(home).run("migrations", "--base", "main", "--offline", cwd=repo.root)


def test_what_flask_migrate_runs_is_walked(flask: Path, tmp_path: Path) -> None:
    repo = project(flask, tmp_path / "shop")
    found = json.loads(Onward(tmp_path / "home")("detect", "--format", "json", cwd=repo.root).out)
    assert next(fact["value"] for fact in found["facts"] if fact["name"] == "alembic") == "migrations/alembic.ini"
    said = run(repo, tmp_path / "home")
    assert said.code == 0, said.out
    # the column is new, the base's rows have none: the base's own application migrated them
    timeouts = "op.execute(\"SET lock_timeout = '2s'\")\nop.execute(\"SET statement_timeout = '5s'\")\n"
    added = timeouts + 'op.add_column("item", sa.Column("price", sa.BigInteger, nullable=True))'
    second = revision("0002", "0001", added, 'op.drop_column("item", "price")')
    repo.write(
        {
            "shop.py": SHOP.format(more="    price = db.Column(db.BigInteger)\n"),
            **second,
        }
    )
    repo.git("add", "--all")
    repo.commit("A price")
    said = run(repo, tmp_path / "home")
    assert said.code == 0, said.out
    (step,) = [entry for entry in said.document["steps"] if entry["gate"] == "migrations"]
    assert {"what": "new revisions walked", "count": 1, "expected": 1} in step["looked_at"]
    assert any("the base's own code migrated" in note for note in step["notes"])


def test_an_application_whose_modules_are_called_as_ours_are(flask: Path, tmp_path: Path) -> None:
    repo = project(flask, tmp_path / "shop")
    repo.write({**guests.NAMESAKES, "shop.py": guests.CHECK + SHOP.format(more="")})
    said = run(repo, tmp_path / "home")
    assert said.code == 0, said.out


def test_a_model_that_no_revision_knows_is_found(flask: Path, tmp_path: Path) -> None:
    repo = project(flask, tmp_path / "shop")
    repo.write({"shop.py": SHOP.format(more="    price = db.Column(db.Integer)\n")})
    said = run(repo, tmp_path / "home")
    assert (said.code, said.rules("migrations")) == (1, {"models-differ"}), said.out


def test_an_application_that_cannot_be_loaded_is_unverified(flask: Path, tmp_path: Path) -> None:
    repo = project(flask, tmp_path / "shop", variable="OTHER_URL")
    said = run(repo, tmp_path / "home")
    reason = said.gate("migrations")["reason"]["text"]
    assert said.code == 3
    assert "env.py needs a Flask application, which onward cannot load: KeyError: 'DATABASE_URL'" in reason
