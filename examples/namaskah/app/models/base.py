"""What every table shares: naming of constraints, portable types, the clock of a row."""

from __future__ import annotations

from datetime import datetime, timezone
from enum import Enum
from typing import Any, Generic, Optional, Type, TypeVar

from sqlalchemy import BigInteger, DateTime, Dialect, Identity, Integer, MetaData, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

E = TypeVar("E", bound=Enum)

BigInt = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Root of all models; its metadata is what alembic compares the database with."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with its time zone, also on SQLite, which forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: Optional[datetime], dialect: Dialect) -> Optional[datetime]:
        """Refuse naive moments: nobody can say when they were."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value

    def process_result_value(self, value: Optional[datetime], dialect: Dialect) -> Optional[datetime]:
        """Moments leave the database in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


class EnumText(TypeDecorator[E], Generic[E]):
    """An enumeration stored as text; the table's CHECK constraint lists its values."""

    impl = Text
    cache_ok = True

    def __init__(self, enumeration: Type[E]) -> None:
        super().__init__()
        self.enumeration = enumeration

    def process_bind_param(self, value: Optional[E], dialect: Dialect) -> Any:
        """Store the value, not the name."""
        return None if value is None else self.enumeration(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> Optional[E]:
        """Unknown text is an error here rather than a surprise later."""
        return None if value is None else self.enumeration(value)


def primary_key() -> MappedColumn[int]:
    """A 64-bit identity column."""
    return mapped_column(BigInt, Identity(), primary_key=True)


def one_of(column: str, enumeration: Type[Enum]) -> str:
    """The condition of a CHECK constraint that admits the enumeration's values only."""
    values = ", ".join(f"'{member.value}'" for member in enumeration)
    return f"{column} IN ({values})"
