"""Accounts."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.container import assemble
from app.errors import EmailTaken, InvalidCredentials
from app.models import User
from tests.support.world import PASSWORD, World


def close_account(world: World, user: User) -> None:
    with Session(world.adapters.engine) as session:
        session.execute(update(User).where(User.id == user.id).values(is_active=False))
        session.commit()


def test_a_new_user_has_an_empty_wallet(world: World) -> None:
    user = world.user("Ada@Example.com")
    assert user.email == "ada@example.com"
    assert user.created_at.tzinfo is not None
    assert world.balance(user) == 0


def test_an_address_is_taken_whatever_its_case(world: World) -> None:
    world.user("ada@example.com")
    with pytest.raises(EmailTaken):
        world.user("ADA@example.com")


def test_the_password_is_not_stored(world: World) -> None:
    assert PASSWORD not in world.user().password_hash


def test_the_right_password_opens(world: World) -> None:
    user = world.user()
    assert world.services.accounts.authenticate("ADA@example.com", PASSWORD).id == user.id


@pytest.mark.parametrize(("email", "password"), [("ada@example.com", "wrong"), ("bob@example.com", PASSWORD)])
def test_the_refusal_does_not_say_what_was_wrong(world: World, email: str, password: str) -> None:
    world.user()
    with pytest.raises(InvalidCredentials, match="^address or password is wrong$"):
        world.services.accounts.authenticate(email, password)


def test_a_closed_account_stays_closed(world: World) -> None:
    user = world.user()
    close_account(world, user)
    with pytest.raises(InvalidCredentials):
        world.services.accounts.authenticate(user.email, PASSWORD)
    with pytest.raises(InvalidCredentials):
        world.services.accounts.get(user.id)


def test_an_unknown_user_is_nobody(world: World) -> None:
    with pytest.raises(InvalidCredentials):
        world.services.accounts.get(1)


def test_logging_in_renews_an_outdated_hash(world: World) -> None:
    user = world.user()
    costlier = world.settings.model_copy(update={"password_memory_kib": 16})
    accounts = assemble(costlier, world.adapters).accounts
    renewed = accounts.authenticate(user.email, PASSWORD)
    assert renewed.password_hash != user.password_hash
    assert accounts.authenticate(user.email, PASSWORD).password_hash == renewed.password_hash
