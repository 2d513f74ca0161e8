"""The list of detectors, and all facts about a project at once."""

from __future__ import annotations

from collections.abc import Callable, Collection

from onward.detect import (
    application,
    frontend,
    images,
    layout,
    migrations,
    packages,
    python,
    quality,
    services,
    testing,
)
from onward.detect.lines import Remembered
from onward.model.facts import Fact, Tree

Detector = Callable[[Tree], Fact]

DETECTORS: tuple[tuple[str, Detector], ...] = (
    ("package-manager", packages.package_manager),
    ("requirements", packages.requirements),
    ("deployed-requirements", packages.deployed_requirements),
    ("python", python.python),
    ("deployed-python", python.deployed_python),
    ("source", layout.source),
    ("framework", application.framework),
    ("application", application.application),
    ("health", application.health),
    ("test-runner", testing.test_runner),
    ("pytest-config", testing.pytest_config),
    ("tests", testing.tests),
    ("integration-tests", testing.integration_tests),
    ("database-markers", testing.database_markers),
    ("database", services.database),
    ("database-scheme", services.database_scheme),
    ("database-variable", services.database_variable),
    ("redis", services.redis),
    ("redis-variable", services.redis_variable),
    ("services", services.services),
    ("variables", services.variables),
    ("alembic", migrations.alembic),
    ("alembic-scripts", migrations.alembic_scripts),
    ("django-migrations", migrations.django_migrations),
    ("formatter", quality.formatter),
    ("linter", quality.linter),
    ("type-checker", quality.type_checker),
    ("black-config", quality.config_of("black")),
    ("isort-config", quality.config_of("isort")),
    ("ruff-config", quality.config_of("ruff")),
    ("flake8-config", quality.config_of("flake8")),
    ("mypy-config", quality.config_of("mypy")),
    ("mypy-files", quality.mypy_files),
    ("bandit-config", quality.config_of("bandit")),
    ("gitleaks-config", quality.config_of("gitleaks")),
    ("frontend", layout.frontend),
    ("frontend-scripts", frontend.scripts),
    ("frontend-packages", frontend.dependencies),
    ("frontend-managers", frontend.managers),
    ("base-images", images.base_images),
)


def detect(tree: Tree, *, only: Collection[str] = ()) -> tuple[Fact, ...]:
    """Return every fact about the project, the unknown ones (value None) among them; nothing is executed.

    `only` names the facts to look for, where looking for all would take time for nothing.
    """
    remembered = Remembered(tree)
    return tuple(detector(remembered) for name, detector in DETECTORS if not only or name in only)
