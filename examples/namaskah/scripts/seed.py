"""Put a customer with credit into the database: `python -m scripts.seed`, as often as one likes.

The password comes from SEED_PASSWORD; whoever knows it can log in as SEED_EMAIL. Not for production.
"""

from __future__ import annotations

import os
import sys

from app.config import Environment, load_settings
from app.container import Services, assemble, connect
from app.errors import EmailTaken
from app.services.payments import EventType, PaymentEvent

CENTS = 1_000_000
DEPOSITS = 5


def main() -> int:
    """Register the customer and pay in; 0 also when that was done before."""
    settings = load_settings()
    if settings.mode is Environment.PRODUCTION:
        print("customers are not made up in production", file=sys.stderr)
        return 1
    adapters = connect(settings)
    try:
        seed(
            assemble(settings, adapters), os.environ.get("SEED_EMAIL", "seed@example.com"), os.environ["SEED_PASSWORD"]
        )
    finally:
        adapters.close()
    return 0


def seed(services: Services, email: str, password: str) -> None:
    """A customer with credit, once."""
    try:
        user = services.accounts.register(email, password)
    except EmailTaken:
        return
    for _ in range(DEPOSITS):
        payment = services.payments.initiate(user.id, CENTS)
        services.payments.take_in(
            PaymentEvent(
                event_id=f"seed-{payment.reference}",
                type=EventType.SUCCEEDED,
                reference=payment.reference,
                amount_cents=payment.amount_cents,
                currency=payment.currency,
            )
        )


if __name__ == "__main__":
    sys.exit(main())
