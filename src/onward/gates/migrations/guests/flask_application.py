"""Flask-Migrate's env.py asks the Flask application for its database and its models: load it as the flask command does."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any


def is_asked(env: str) -> bool:
    """Return whether the env.py at this path works within an application."""
    try:
        return "current_app" in Path(env).read_text(encoding="utf-8")
    except OSError:  # alembic says what is wrong with it
        return False


def enter(target: str) -> None:
    """Load the application and work within it until the program ends.

    `target` is "module:name"; empty means what FLASK_APP or .flaskenv say, else wsgi.py or app.py.
    """
    cli: Any = importlib.import_module("flask.cli")
    cli.load_dotenv()
    named = os.environ.get("FLASK_APP") or target or None
    cli.ScriptInfo(app_import_path=named).load_app().app_context().push()
