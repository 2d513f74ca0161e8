"""Errors become documents of one shape, with a status that fits."""

from __future__ import annotations

import logging
from typing import Any, Dict, List, Optional, Type, Union, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from app import errors
from app.api.schemas.common import ErrorBody, ErrorOut

logger = logging.getLogger(__name__)

STATUS: Dict[Type[errors.DomainError], int] = {
    errors.InvalidCredentials: 401,
    errors.InsufficientCredit: 402,
    errors.InvalidSignature: 403,
    errors.NotFound: 404,
    errors.EmailTaken: 409,
    errors.PaymentMismatch: 409,
    errors.IdempotencyConflict: 409,
    errors.NotCancellable: 409,
    errors.NoNumberAvailable: 409,
    errors.RateLimited: 429,
    errors.ProviderUnavailable: 502,
    errors.RateLimiterUnavailable: 503,
}


def documented(*kinds: Type[errors.DomainError]) -> Dict[Union[int, str], Dict[str, Any]]:
    """The `responses` of an endpoint that may raise these errors."""
    meanings: Dict[int, List[str]] = {}
    for kind in kinds:
        meanings.setdefault(STATUS[kind], []).append((kind.__doc__ or kind.code).splitlines()[0])
    return {status: {"model": ErrorOut, "description": " ".join(texts)} for status, texts in meanings.items()}


def install(app: FastAPI) -> None:
    """Teach the application to answer every error in the same way."""
    app.add_exception_handler(errors.DomainError, _domain)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OperationalError, _database)
    app.add_exception_handler(PoolTimeout, _database)


def _domain(_: Request, error: Exception) -> JSONResponse:
    error = cast(errors.DomainError, error)
    headers = {}
    if isinstance(error, errors.InvalidCredentials):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, errors.RateLimited):
        headers["Retry-After"] = str(error.retry_after)
    return _answer(STATUS[type(error)], ErrorBody(code=error.code, message=error.message), headers)


def _invalid(_: Request, error: Exception) -> JSONResponse:
    # NOTE: places and messages only; the input itself may be a password.
    problems = cast(RequestValidationError, error).errors()
    details = [f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}" for problem in problems]
    return _answer(422, ErrorBody(code="invalid_request", message="the request is not valid", details=details))


def _http(request: Request, error: Exception) -> JSONResponse:
    error = cast(HTTPException, error)
    body = ErrorBody(code=f"http_{error.status_code}", message=str(error.detail))
    headers = {"Allow": _allowed(request)} if error.status_code == 405 else dict(error.headers or {})
    return _answer(error.status_code, body, headers)


def _allowed(request: Request) -> str:
    # NOTE: the framework names the methods of the first route with this path only.
    paths: Dict[str, Dict[str, Any]] = request.app.openapi()["paths"]
    methods = [item for path, item in paths.items() if compile_path(path)[0].match(request.url.path)]
    return ", ".join(sorted({name.upper() for item in methods for name in item}))


def _database(request: Request, error: Exception) -> JSONResponse:
    logger.error("%s %s: the database does not answer", request.method, request.url.path, exc_info=error)
    return _answer(503, ErrorBody(code="database_unavailable", message="the database does not answer; try again"))


def _answer(status: int, body: ErrorBody, headers: Optional[Dict[str, str]] = None) -> JSONResponse:
    document = ErrorOut(error=body).model_dump(mode="json")
    return JSONResponse(document, status_code=status, headers=headers)
