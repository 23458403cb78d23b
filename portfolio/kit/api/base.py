"""Base of every API view: default deny by scope, the actor, strict parameters, and one door for writes.

Idempotency keys, required versions and rate limits join here later (docs/decisions/0005): every write goes through
`ScopedApi.write`, every version through `ScopedApi.version`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from rest_framework.exceptions import NotAuthenticated, NotFound, PermissionDenied, ValidationError
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

MOST_DIGITS = 18  # what a bigint surely holds
ALWAYS_ALLOWED = frozenset({"cursor", "page_size", "ordering", "format"})
Result = TypeVar("Result")


class HasScope(BasePermission):
    """A view names its `resource`; a token needs `<resource>:read` or `:write`, a person needs to be signed in."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        actor = getattr(request._request, "actor", None)
        resource = getattr(view, "resource", None)
        if actor is None or resource is None:
            return False
        wanted = "read" if request.method in SAFE_METHODS else "write"
        if not actor.has_scope(f"{resource}:{wanted}"):
            raise PermissionDenied(f"This token lacks the scope {resource}:{wanted}.")
        return True


class ScopedApi(APIView):
    """Base of API views; viewsets take it in front of theirs."""

    resource: str
    permission_classes: tuple[type[BasePermission], ...] = (HasScope,)

    @property
    def actor(self) -> Any:
        """The `accounts.rules.Actor` of this request. Raises NotAuthenticated where there is none."""
        actor = getattr(self.request._request, "actor", None)
        if actor is None:
            raise NotAuthenticated
        return actor

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Once it is clear who asks: a number in the address that no row can have names nothing."""
        super().initial(request, *args, **kwargs)
        if any(isinstance(value, str) and value.isdigit() and len(value) > MOST_DIGITS for value in kwargs.values()):
            raise NotFound

    def version(self) -> int | None:
        """The version that `If-Match: "v3"` names, None without the header."""
        header = self.request.headers.get("If-Match")
        if header is None:
            return None
        text = header.strip().removeprefix("W/").strip('"').removeprefix("v")
        if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
            raise ValidationError({"If-Match": [f'Send the ETag that you were given, such as "v3"; {header!r} is none.']})
        return int(text)

    def write(self, verb: Callable[..., Result], **arguments: Any) -> Result:
        """Run a service's verb as this request's actor."""
        return verb(by=self.actor, **arguments)

    def refuse_unknown_parameters(self, known: set[str]) -> None:
        """A misspelt filter must not quietly answer everything."""
        unknown = set(self.request.query_params) - known - ALWAYS_ALLOWED
        if unknown:
            names = ", ".join(sorted(known)) or "none"
            raise ValidationError({name: [f"There is no such parameter. Known: {names}."] for name in sorted(unknown)})


def etag(version: int) -> dict[str, str]:
    """The header that later comes back as If-Match."""
    return {"ETag": f'"v{version}"'}
