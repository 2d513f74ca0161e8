"""What schemathesis cannot know: the payment provider signs its webhooks, over the bytes that are sent."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from typing import Any, Dict

import schemathesis
from requests import PreparedRequest
from requests.auth import AuthBase
from schemathesis import Case, HookContext
from schemathesis.core.parameters import ParameterLocation

PATH = "/api/v1/webhooks/payments"


class Signed(AuthBase):
    """Signs the body as the payment provider does."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the signature to a request that is ready to be sent."""
        body = request.body or b""
        data = body.encode() if isinstance(body, str) else body
        at = int(time.time())
        mac = hmac.new(os.environ["PAYMENT_WEBHOOK_SECRET"].encode(), f"{at}.".encode() + data, hashlib.sha256)
        request.headers["X-Signature"] = f"t={at},v1={mac.hexdigest()}"
        return request


@schemathesis.hook
def before_call(_: HookContext, case: Case, kwargs: Dict[str, Any]) -> None:
    """Sign webhooks, except those whose signature is meant to be wrong."""
    if case.operation.path == PATH and case.method == "POST" and not is_spoilt(case):
        kwargs["auth"] = Signed()


def is_spoilt(case: Case) -> bool:
    """Whether the headers of the request were made to be refused."""
    part = case.meta.components.get(ParameterLocation.HEADER) if case.meta else None
    return part is not None and part.mode.is_negative
