"""Accounts: registering, and knowing who asks."""

from __future__ import annotations

from typing import Optional

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.adapters.database import SessionFactory
from app.errors import EmailTaken, InvalidCredentials
from app.models import User, Wallet
from app.services.ports import Passwords


class Accounts:
    """Everything about users; passwords leave this class only as hashes."""

    def __init__(self, sessions: SessionFactory, passwords: Passwords) -> None:
        self._sessions = sessions
        self._passwords = passwords

    def register(self, email: str, password: str) -> User:
        """Create a user with an empty wallet. Raises EmailTaken; letter case makes no new address."""
        user = User(email=email.lower(), password_hash=self._passwords.hash(password))
        with self._sessions.begin() as session:
            session.add(user)
            try:
                session.flush()
            except IntegrityError as error:
                raise EmailTaken("this address is already registered") from error
            session.add(Wallet(user_id=user.id))
            session.flush()
            session.refresh(user)
        return user

    def authenticate(self, email: str, password: str) -> User:
        """The active user with this address and password. Raises InvalidCredentials, without saying which was wrong."""
        with self._sessions() as session:
            user = _by_email(session, email)
        fits = self._passwords.verify(user.password_hash if user else None, password)
        if user is None or not fits or not user.is_active:
            raise InvalidCredentials("address or password is wrong")
        if self._passwords.is_outdated(user.password_hash):
            self._renew_hash(user, password)
        return user

    def get(self, user_id: int) -> User:
        """The active user behind a token. Raises InvalidCredentials when there is none any more."""
        with self._sessions() as session:
            user = session.get(User, user_id)
        if user is None or not user.is_active:
            raise InvalidCredentials("the account does not exist or is closed")
        return user

    def _renew_hash(self, user: User, password: str) -> None:
        with self._sessions.begin() as session:
            session.add(user)
            user.password_hash = self._passwords.hash(password)


def _by_email(session: Session, email: str) -> Optional[User]:
    return session.scalars(select(User).where(User.email == email.lower())).one_or_none()
