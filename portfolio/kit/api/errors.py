"""Every API error is a problem document (RFC 9457): what happened, where, what to do, and the request id."""

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

PROBLEM = "application/problem+json"


def problem_json(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER: a service's ValidationError is the client's 400, anything unforeseen stays a 500."""
    if isinstance(error, ValidationError):
        error = exceptions.ValidationError(_messages(error))
    response = exception_handler(error, context)
    if response is None:
        return None
    status = HTTPStatus(response.status_code)
    response.data = {
        "type": f"urn:pilotage:problem:{getattr(error, 'default_code', status.name.lower())}",
        "title": status.phrase,
        "status": status.value,
        "detail": _detail(error, status),
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    if isinstance(error, exceptions.ValidationError):
        response.data["errors"] = _flatten(error.detail)
    response.content_type = PROBLEM
    return response


def _messages(error: ValidationError) -> Any:
    return error.message_dict if hasattr(error, "error_dict") else {"non_field_errors": error.messages}


def _detail(error: Exception, status: HTTPStatus) -> str:
    if isinstance(error, exceptions.ValidationError):
        return "The request was understood but some values cannot be taken; see errors."
    if isinstance(error, Http404 | exceptions.NotFound):
        return "There is nothing at this address, or it is not yours to see."
    if isinstance(error, PermissionDenied):
        return str(error) or "Your roles or token scopes do not allow this."
    return str(getattr(error, "detail", status.description))


def _flatten(detail: Any, path: str = "") -> list[dict[str, str]]:
    """Nested DRF details -> [{"pointer": "/field/0", "detail": "..."}] (pointers as in RFC 6901)."""
    if isinstance(detail, dict):
        return [row for key, value in detail.items() for row in _flatten(value, f"{path}/{key}")]
    if isinstance(detail, list):
        if all(isinstance(item, str) for item in detail):
            return [{"pointer": path or "/", "detail": str(item)} for item in detail]
        return [row for index, value in enumerate(detail) for row in _flatten(value, f"{path}/{index}")]
    return [{"pointer": path or "/", "detail": str(detail)}]
