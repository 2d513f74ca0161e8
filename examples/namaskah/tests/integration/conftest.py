"""Everything in this folder runs on real services."""

from __future__ import annotations

import pytest

from tests.support.api import Api
from tests.support.world import World


@pytest.fixture
def world(real_world: World) -> World:
    """The application on PostgreSQL and Redis."""
    return real_world


@pytest.fixture
def api(world: World) -> Api:
    """A client of that application."""
    return Api(world)
