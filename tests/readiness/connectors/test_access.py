"""Fields that connectors share: a mistake is found before anything is connected to, and names its field."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from readiness.connectors import access
from readiness.connectors.errors import BadConfig
from readiness.connectors.http import Http
from readiness.connectors.live import ConfigField, FieldKind

PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
FIELDS = (
    access.ADDRESS,
    *access.SIGN_IN,
    access.CA,
    ConfigField("many", "Many", FieldKind.MAPPING),
    ConfigField("list", "List", FieldKind.QUERIES),
    ConfigField("yes", "Yes", FieldKind.BOOLEAN),
    ConfigField("number", "Number", FieldKind.NUMBER),
)
BASIC = "Basic " + base64.b64encode("ü:b".encode()).decode()
GOOD: dict[str, Any] = {"address": "https://prometheus.example:9090/base"}


def wrong_field(config: dict[str, Any]) -> str:
    def check() -> None:
        access.check_values(FIELDS, config)
        access.check_access(config)

    with pytest.raises(BadConfig) as wrong:
        check()
    assert wrong.value.text
    return wrong.value.field


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"auth": "none", "ca": PEM + PEM},
        {"auth": "bearer", "token": "abc"},
        {"auth": "basic", "username": "ü", "password": "pässword"},
        {"auth": "header", "token": "abc", "auth_header": "X-Api-Key"},
        {"many": {"a": "b"}, "list": [{}], "yes": False, "number": "1.5"},
        {"token": None, "many": {}, "number": ""},
    ],
)
def test_what_is_complete_passes(more: dict[str, Any]) -> None:
    access.check_values(FIELDS, GOOD | more)
    access.check_access(GOOD | more)


@pytest.mark.parametrize(
    "address",
    [
        "", "prometheus:9090", "ftp://a", "http://", "https://:80", "http://a b", "http://a:99999", "http://a:0", "http://u:p@a",
        "http://a?x=1", "http://a/#f", "http://a/?", "http://a\n.b", "http://[::1", "http://" + "a" * 3000, "javascript:alert(1)",
        5, None, ["http://a"], {"a": 1},
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: Any) -> None:
    assert wrong_field({"address": address}) == "address"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"unknown": 1}, "unknown"),
        ({"auth": "digest"}, "auth"),
        ({"auth": "bearer"}, "token"),
        ({"auth": "bearer", "token": "a\nHost: b"}, "token"),
        ({"auth": "bearer", "token": "tökén"}, "token"),
        ({"auth": "bearer", "token": 5}, "token"),
        ({"auth": "basic"}, "username"),
        ({"auth": "basic", "username": "a:b"}, "username"),
        ({"auth": "basic", "username": "a", "password": "b\r\nX: y"}, "password"),
        ({"auth": "header", "token": "a", "auth_header": "Host"}, "auth_header"),
        ({"auth": "header", "token": "a", "auth_header": "a b"}, "auth_header"),
        ({"auth": "header", "token": "a", "auth_header": "X:\r\nY"}, "auth_header"),
        ({"token": "x" * 9000}, "token"),
        ({"username": "a\x00b"}, "username"),
        ({"ca": "no PEM"}, "ca"),
        ({"ca": PEM + "-----BEGIN PRIVATE KEY-----"}, "ca"),
        ({"many": ["a"]}, "many"),
        ({"many": {"a": 1}}, "many"),
        ({"many": {"a": "x" * 9000}}, "many"),
        ({"list": {}, "yes": True}, None),
        ({"list": ["a"]}, "list"),
        ({"list": "a"}, "list"),
        ({"yes": "yes"}, "yes"),
        ({"number": "many"}, "number"),
        ({"number": True}, "number"),
        ({"number": float("nan")}, "number"),
        ({"number": 10**400}, "number"),
    ],
)
def test_a_mistake_names_its_field(more: dict[str, Any], field: str | None) -> None:
    if field is None:
        access.check_values(FIELDS, GOOD | more)
    else:
        assert wrong_field(GOOD | more) == field


@pytest.mark.parametrize(
    ("more", "header", "value", "credential"),
    [
        ({}, "authorization", None, "auth"),
        ({"auth": "none", "token": "unused-token"}, "authorization", None, "auth"),
        ({"auth": "bearer", "token": " abc "}, "authorization", "Bearer abc", "token"),
        ({"auth": "header", "token": "abc"}, "x-api-key", "abc", "token"),
        ({"auth": "header", "token": "abc", "auth_header": "Api"}, "api", "abc", "token"),
        (
            {"auth": "basic", "username": "ü", "password": "b"},
            "authorization",
            "Basic " + base64.b64encode("ü:b".encode()).decode(),
            "password",
        ),
    ],
)
def test_who_asks_is_proven_in_one_header(more: dict[str, Any], header: str, value: str | None, credential: str) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    config = {"address": "https://a.test/base/", **more}
    signed = access.signed_in(Http(httpx.Client(transport=httpx.MockTransport(answer))), config, {"X-Tenant": "t"})
    signed.get("/x")
    (request,) = seen
    assert str(request.url) == "https://a.test/base/x"
    assert request.headers.get(header) == value
    assert request.headers["x-tenant"] == "t"
    assert signed.credential == credential


def test_a_connectors_own_header_never_replaces_the_proof() -> None:
    signed = access.signed_in(Http(httpx.Client()), {**GOOD, "auth": "bearer", "token": "abc"}, {"Authorization": "Bearer x"})
    assert signed.headers["Authorization"] == "Bearer abc"
