"""The list of detectors, and all facts about a project at once."""

from __future__ import annotations

from collections.abc import Callable

from pawl.detect import application, layout, migrations, packages, python, quality, services, testing
from pawl.detect.lines import Remembered
from pawl.model.facts import Fact, Tree

Detector = Callable[[Tree], Fact]

DETECTORS: tuple[Detector, ...] = (
    packages.package_manager,
    packages.requirements,
    packages.deployed_requirements,
    python.python,
    python.deployed_python,
    layout.source,
    application.framework,
    application.application,
    application.health,
    testing.test_runner,
    testing.pytest_config,
    testing.tests,
    testing.integration_tests,
    testing.database_markers,
    services.database,
    services.database_scheme,
    services.database_variable,
    services.redis,
    services.redis_variable,
    services.services,
    services.variables,
    migrations.alembic,
    migrations.alembic_scripts,
    migrations.django_migrations,
    quality.formatter,
    quality.linter,
    quality.type_checker,
    quality.config_of("black"),
    quality.config_of("isort"),
    quality.config_of("ruff"),
    quality.config_of("flake8"),
    quality.config_of("mypy"),
    quality.config_of("bandit"),
    quality.config_of("gitleaks"),
    layout.frontend,
)


def detect(tree: Tree) -> tuple[Fact, ...]:
    """Return every fact about the project, the unknown ones (value None) among them; nothing is executed."""
    remembered = Remembered(tree)
    return tuple(detector(remembered) for detector in DETECTORS)
