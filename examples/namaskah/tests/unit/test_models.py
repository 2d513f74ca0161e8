"""What the tables' types promise."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from app.models import User
from tests.support.world import World


def user_created_at(moment: datetime) -> User:
    return User(email="ada@example.com", password_hash="x", created_at=moment)


def test_a_moment_without_a_zone_is_refused(world: World) -> None:
    with Session(world.adapters.engine) as session, pytest.raises(StatementError, match="naive datetime"):
        session.add(user_created_at(datetime(2026, 1, 1)))
        session.flush()


def test_moments_come_back_in_utc(world: World) -> None:
    local = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=0)))
    with Session(world.adapters.engine, expire_on_commit=True) as session:
        session.add(user_created_at(local))
        session.commit()
        assert session.query(User).one().created_at == datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


def test_a_status_that_nobody_knows_is_refused(world: World) -> None:
    user = world.user()
    world.services.payments.initiate(user.id, 100)
    with world.adapters.engine.begin() as connection:
        connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        connection.execute(text("UPDATE payments SET status = 'maybe'"))
    with pytest.raises(ValueError, match="maybe"):
        world.services.payments.get(user.id, 1)
