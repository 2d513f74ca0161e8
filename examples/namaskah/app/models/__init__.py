"""All tables; importing this package fills `Base.metadata`."""

from app.models.base import Base
from app.models.payment import Payment, PaymentStatus, WebhookEvent
from app.models.user import User
from app.models.verification import OPEN, Service, Verification, VerificationStatus
from app.models.wallet import EntryKind, LedgerEntry, Wallet

__all__ = [
    "OPEN",
    "Base",
    "EntryKind",
    "LedgerEntry",
    "Payment",
    "PaymentStatus",
    "Service",
    "User",
    "Verification",
    "VerificationStatus",
    "Wallet",
    "WebhookEvent",
]
