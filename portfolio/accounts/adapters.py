"""Where other people's libraries meet ours: allauth, knox and Django's request."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from portfolio.accounts.choices import Through
from portfolio.accounts.models import ApiToken, User
from portfolio.accounts.queries import actor_for
from portfolio.kit import clock

ZONES = available_timezones()
TOKEN_SHAPE = re.compile(rb"[A-Za-z0-9_]{20,200}")
LAST_USED_EVERY = timedelta(minutes=1)


class ActorMiddleware:
    """Sets `request.actor` and the time zone for signed-in people; tokens get their actor when DRF has read them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        timezone.deactivate()  # the thread served somebody else before
        if isinstance(request.user, User):
            request_id = getattr(request, "request_id", "")
            request.actor = actor_for(request.user, request_id=request_id)  # type: ignore[attr-defined]
            if request.user.time_zone in ZONES:
                timezone.activate(request.user.time_zone)
        return self.get_response(request)


class AccountAdapter(DefaultAccountAdapter):
    """Nobody registers themselves: administrators add people."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class ApiTokenAuthentication(TokenAuthentication):
    """Bearer tokens: digest compare by knox, then revocation, and the actor with the token's scopes and unit."""

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        if not TOKEN_SHAPE.fullmatch(token):  # before anybody decodes or looks up what cannot be a token
            raise AuthenticationFailed("Invalid token.")
        answer: tuple[Any, Any] = super().authenticate_credentials(token)
        return answer

    def _cleanup_token(self, auth_token: ApiToken) -> bool:
        """Whether it has expired. knox would delete it and its maker's others; ours stay listed until housekeeping."""
        return bool(auth_token.expiry <= clock.now())

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        answer = super().authenticate(request)
        if answer is None:
            return None
        user, token = answer
        if token.revoked_at is not None:
            raise AuthenticationFailed("This token was revoked.")
        now = clock.now()
        if token.last_used_at is None or now - token.last_used_at > LAST_USED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        request._request.actor = actor_for(  # type: ignore[attr-defined]
            user,
            through=Through.TOKEN,
            token=token,
            request_id=getattr(request._request, "request_id", ""),
        )
        return user, token


def lockout_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """What axes counts failures by: the address that was typed, in one spelling (allauth calls the field `email`)."""
    typed = (credentials or {}).get("email") or request.POST.get("login") or ""
    return str(typed).strip().casefold()


class ApiTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = ApiTokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token made under Administration or by command.",
        }
