"""What can go wrong in the domain, each with a stable code for clients."""

from __future__ import annotations


class DomainError(Exception):
    """A request that cannot be fulfilled, for a reason that the client may know."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(DomainError):
    """The thing does not exist, or belongs to somebody else."""

    code = "not_found"


class EmailTaken(DomainError):
    """Somebody registered this address before."""

    code = "email_taken"


class InvalidCredentials(DomainError):
    """Wrong address, wrong password, or a token that does not hold."""

    code = "invalid_credentials"


class InvalidSignature(DomainError):
    """A webhook that the payment provider did not sign, or signed too long ago."""

    code = "invalid_signature"


class PaymentMismatch(DomainError):
    """A signed webhook whose amount or currency is not that of the payment."""

    code = "payment_mismatch"


class InsufficientCredit(DomainError):
    """The wallet does not hold what the purchase costs."""

    code = "insufficient_credit"


class IdempotencyConflict(DomainError):
    """An idempotency key was used again for something else."""

    code = "idempotency_conflict"


class NotCancellable(DomainError):
    """The verification has already ended."""

    code = "not_cancellable"


class NoNumberAvailable(DomainError):
    """The SMS provider has no number for this service and country right now."""

    code = "no_number_available"


class ProviderUnavailable(DomainError):
    """The SMS provider did not give a usable answer."""

    code = "provider_unavailable"


class RateLimited(DomainError):
    """Too many requests; trying again makes sense after `retry_after` seconds."""

    code = "rate_limited"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RateLimiterUnavailable(DomainError):
    """Requests cannot be counted, so what must be limited is refused."""

    code = "rate_limiter_unavailable"
