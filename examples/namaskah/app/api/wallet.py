"""The balance and how it came about."""

from __future__ import annotations

from typing import Annotated, Optional

from fastapi import APIRouter, Query

from app.api.deps import CurrentUser, Wired
from app.api.errors import documented
from app.api.schemas.common import BIGINT_MAX
from app.api.schemas.money import HistoryOut, TransactionOut, WalletOut
from app.errors import InvalidCredentials

router = APIRouter(prefix="/wallet", tags=["wallet"], responses=documented(InvalidCredentials))


@router.get("")
def balance(user: CurrentUser, services: Wired) -> WalletOut:
    """The credit that is left."""
    return WalletOut.model_validate(services.wallets.of(user.id))


@router.get("/transactions")
def transactions(
    user: CurrentUser,
    services: Wired,
    before: Annotated[Optional[int], Query(ge=1, le=BIGINT_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> HistoryOut:
    """Every deposit, purchase and refund, newest first."""
    history = services.wallets.history(user.id, before=before, limit=limit)
    items = [TransactionOut.model_validate(entry) for entry in history.entries]
    return HistoryOut(items=items, next_before=history.next_before)
