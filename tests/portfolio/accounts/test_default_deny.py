"""Every address of the product refuses strangers, and every answer carries the headers that protect it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern, RegexPattern, RoutePattern

Pattern = RoutePattern | RegexPattern | LocalePrefixPattern

# What a stranger may open: signing in, a forgotten password, and whether the product is alive.
OPEN = {
    "/healthz",
    "/readyz",
    "/account/login/",
    "/account/inactive/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/password/reset/key/done/",
    "/account/password/reset/key/1-2/",
    "/account/confirm-email/",
    "/account/confirm-email/x/",
    "/account/login/code/confirm/",
}


def addresses(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    """Each route with something plausible in its places."""
    for entry in resolver.url_patterns:
        path = prefix + filled(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, path)
        elif isinstance(entry, URLPattern):
            yield path


def filled(pattern: Pattern) -> str:
    text = str(pattern)
    text = re.sub(r"<int:\w+>", "1", text)
    text = re.sub(r"<(?:\w+:)?\w+>", "x", text) if "(?P" not in text else text
    text = re.sub(r"\(\?P<uidb36>[^)]*\)-\(\?P<key>[^)]*\)", "1-2", text)
    text = re.sub(r"\(\?P<format>[^)]*\)", "json", text)
    text = re.sub(r"\(\?P<\w+>(\\d\+|\[0-9\]\+)\)", "1", text)
    text = re.sub(r"\(\?P<\w+>(?:[^()]|\([^)]*\))*\)", "x", text)
    return re.sub(r"[\^$\\]|/\?$|\?(?=$)", "", text)


EVERY = sorted(set(addresses(get_resolver())))


def test_the_walk_finds_pages_api_and_the_sign_in_library() -> None:
    assert len(EVERY) > 40
    for known in ("/audit/", "/account/people/1/", "/api/v1/audit/", "/account/password/change/", "/activity/attachments/1/"):
        assert known in EVERY


@pytest.mark.django_db
def test_a_stranger_is_sent_to_sign_in_or_refused_at_every_address(client: Client) -> None:
    wrong = {path: answer.status_code for path in EVERY if not _refused(path, answer := client.get(path))}
    assert wrong == {}


def _refused(path: str, answer: HttpResponseBase) -> bool:
    if path in OPEN:
        return True
    if path.startswith("/api/") and answer.status_code != 404:
        return answer.status_code in (401, 405) and answer["Content-Type"] == "application/problem+json"
    if answer.status_code == 302:
        return answer["Location"].startswith("/account/login/") or path == "/account/logout/"
    return answer.status_code in (401, 403, 404, 405)


@pytest.mark.django_db
def test_a_stranger_writes_nothing_at_any_address(client: Client) -> None:
    asked = [(path, method) for path in EVERY for method in ("post", "put", "patch", "delete")]
    wrong = {
        (path, method): answer.status_code
        for path, method in asked
        if not _left_alone(path, answer := getattr(client, method)(path))
    }
    assert wrong == {}


def _left_alone(path: str, answer: HttpResponseBase) -> bool:
    if path in OPEN:
        return True
    if answer.status_code in (301, 302):
        return "/account/login/" in answer["Location"] or answer["Location"] in ("/", path)
    return answer.status_code in (401, 403, 404, 405)


PATHS = (
    "/",
    "/account/login/",
    "/audit/",
    "/none-such",
    "/api/v1/audit/",
    "/api/v1/none-such/",
    "/healthz",
    "/account/tokens/new/",
)


@pytest.mark.parametrize(("name", "path"), list(product(["", "Ada", "Nora"], PATHS)))
def test_every_answer_carries_the_protecting_headers(signed_in: Callable[[str], Client], name: str, path: str) -> None:
    client = signed_in(name)
    client.raise_request_exception = False
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in re.sub(r"style-src-attr [^;]*", "", policy)
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY"
    assert "no-store" in headers["Cache-Control"] and headers["Referrer-Policy"] == "same-origin"
    assert re.fullmatch(r"[0-9a-f-]{36}", headers["X-Request-ID"])


def test_a_foreign_host_name_is_refused(client: Client) -> None:
    assert client.get("/account/login/", headers={"host": "evil.example"}).status_code == 400
