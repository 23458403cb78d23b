"""Asking the addresses of the walk, and what of an answer is compared."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client

from tests.readiness.leak_bodies import body, page_body
from tests.readiness.leak_routes import Route
from tests.readiness.leak_world import Planted
from tests.readiness.money_canaries import content_of

HX = {"HX-Request": "true"}
JSON = "application/json"
# Rows that are written by reading: when somebody or a token was last here.
_LAST_SEEN = re.compile(r'^\s*(UPDATE|INSERT INTO) "?(django_session|accounts_apitoken|accounts_user|evidence_pushpace)\b')
_WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|TRUNCATE|COPY)\b", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9]{64}")
# Lengths, nonces and the random ids by which parts of a page find one another.
_DIFFERS = re.compile(r"""'Content-Length': '\d+'|nonce="[^"]*"|nonce-[\w+/=-]*|(?<=-)[0-9a-f]{8}(?=["-])""")
_NOT_DIGITS = re.compile(r"[^0-9A-Za-z]+")


def walk(
    client: Client, planted: Planted, walked: list[Route], *, fragments: bool = True
) -> Iterator[tuple[Route, HttpResponseBase]]:  # fmt: skip
    """Every GET with the planted rows, pages also as the fragment that htmx asks for."""
    for route in walked:
        if "get" in route.methods:
            yield route, client.get(route.at(planted))
            if fragments and not route.api:
                yield route, client.get(route.at(planted), headers=HX)


def send(
    client: Client, route: Route, method: str, path: str, planted: Planted, changed: Mapping[str, Any] | None = None
) -> HttpResponseBase:  # fmt: skip
    if method == "get":
        return client.get(path)
    if not route.api:
        answer = client.post(path, page_body(route, planted) | dict(changed or {}))
        if answer.status_code == 302:  # what it has to say would stand on the next page, whichever that is
            client.get(answer.headers["Location"], headers=HX)
        return answer
    act: Callable[..., HttpResponseBase] = getattr(client, method)
    if route.name == "trace-list":
        return act(path, {"file": ""})
    said = body(route, method, planted) | dict(changed or {})
    if route.name in ("evidence-inspect", "evidence-attestation"):
        fields = {name: value for name, value in said.items() if value is not None}
        return act(path, fields | {"file": SimpleUploadedFile("fresh.txt", b"fresh")})
    return act(path, json.dumps(said), content_type=JSON, headers={"Idempotency-Key": "fresh"})


def everything(answer: HttpResponseBase) -> str:
    """Body and headers; of a PDF what is printed in it."""
    if getattr(answer, "streaming", False):
        if not hasattr(answer, "told"):
            answer.told = content_of(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
        text = answer.told  # type: ignore[attr-defined]
    else:
        text = answer.content.decode(errors="replace")  # type: ignore[attr-defined]
    return f"{text}{answer.headers}"


def same(answer: HttpResponseBase, path: str) -> tuple[int, str]:
    """Status and body without what differs each time: request id, form token, and the address that was asked."""
    text = _TOKEN.sub("", everything(answer)).replace(answer.headers.get("X-Request-ID", "\0"), "")
    for part in sorted({path, *re.findall(r"\d{4,}", path)} - {""}, key=len, reverse=True):
        text = text.replace(part, "#")
    return answer.status_code, _DIFFERS.sub("", text)


def swapped(answer: HttpResponseBase, value: Any) -> tuple[int, str]:
    """The same without the value that was sent, where it comes back in a form or an address."""
    status, text = same(answer, "")
    for one in value if isinstance(value, list) else [value]:
        text = re.sub(rf"(?:(?<![0-9a-z])|(?<=%3D)){re.escape(str(one))}(?![0-9a-z])", "#", text, flags=re.IGNORECASE)
    return status, text


def digits(text: object) -> str:
    """Without anything between digits, as amounts are grouped in many ways."""
    return _NOT_DIGITS.sub("", str(text))


@contextmanager
def writes() -> Iterator[list[str]]:
    """The statements that write, but for the traces of having been here."""
    written: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if _WRITES.match(sql) and not _LAST_SEEN.match(sql):
            written.append(sql[:200])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield written
