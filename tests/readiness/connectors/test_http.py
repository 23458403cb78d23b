"""What another server says becomes bytes or an error named by what to do next, and no text of it tells more than it may."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from portfolio.kit.egress.errors import BadAnswer, EgressError, NoAnswer, NotAllowed, NotTrusted, Recovery
from readiness.connectors.errors import BadConfig, ConnectorError, Fatal, Retryable
from readiness.connectors.http import Http, of_transport, retry_after_s

SECRET = "s3cret-of-the-source"


def http(answer: httpx.Response | Callable[[httpx.Request], httpx.Response], **rest: Any) -> Http:
    handler = answer if callable(answer) else lambda _: answer
    return Http(httpx.Client(transport=httpx.MockTransport(handler)), "http://other.test/base", **rest)


def refused(answer: httpx.Response, **rest: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as failed:
        http(answer, credential="token", secrets=(SECRET,)).get("/x", **rest)
    assert SECRET not in failed.value.text
    return failed.value


def test_a_path_is_appended_to_the_address_and_parameters_are_encoded() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"a": 1})

    asked = http(answer, headers={"Authorization": "Bearer t"})
    assert asked.get("/api", params={"q": 'a&b="c"'}, headers={"X-Y": "z"}) == b'{"a":1}'
    assert asked.post("/form", b"q=1", media_type="application/x-www-form-urlencoded") == b'{"a":1}'
    get, post = seen
    assert str(get.url) == "http://other.test/base/api?q=a%26b%3D%22c%22"
    assert (get.headers["authorization"], get.headers["x-y"], get.headers["accept"]) == ("Bearer t", "z", "application/json")
    assert (post.method, post.content, post.headers["content-type"]) == ("POST", b"q=1", "application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    ("status", "kind", "field"),
    [
        (401, BadConfig, "token"),
        (403, BadConfig, "token"),
        (404, BadConfig, "address"),
        (301, Fatal, None),
        (307, Fatal, None),
        (204, Fatal, None),
        (206, Fatal, None),
        (400, Fatal, None),
        (405, Fatal, None),
        (413, Fatal, None),
        (501, Fatal, None),
        (408, Retryable, None),
        (429, Retryable, None),
        (500, Retryable, None),
        (502, Retryable, None),
        (503, Retryable, None),
        (504, Retryable, None),
    ],
)
def test_a_status_says_what_to_do_next(status: int, kind: type[ConnectorError], field: str | None) -> None:
    error = refused(httpx.Response(status, text=f"<p>{SECRET} at http://inside.test</p>"))
    assert type(error) is kind
    assert getattr(error, "field", None) == field
    assert "inside.test" not in error.text


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30.0),
        ({"retry-after": "999999999999"}, 86_400.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT", "date": "Wed, 21 Oct 2026 07:27:30 GMT"}, 30.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT", "date": "Wed, 21 Oct 2026 07:29:00 GMT"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "Mon, 99 Foo 99999 99:99:99 XYZ", "date": "Wed, 21 Oct 2026 07:27:30 GMT"}, None),
        ({}, None),
    ],
)
def test_when_to_try_again_is_read_in_both_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds
    for status in (429, 503):
        error = refused(httpx.Response(status, headers=headers))
        assert isinstance(error, Retryable)
        assert error.retry_after_s == seconds


def _raises(error: ConnectorError) -> Callable[[bytes], None]:
    def explain(body: bytes) -> None:
        raise error

    return explain


def test_the_word_of_the_api_goes_before_ours_where_it_says_more() -> None:
    word, busy, foreign = BadConfig("no such label", "query"), Retryable("still starting"), Fatal("not of this API")
    assert refused(httpx.Response(400), explain=_raises(word)) is word
    assert refused(httpx.Response(500), explain=_raises(word)) is word
    assert refused(httpx.Response(400), explain=_raises(foreign)) is foreign
    assert refused(httpx.Response(403), explain=_raises(word)).text != word.text
    assert type(refused(httpx.Response(502), explain=_raises(foreign))) is Retryable
    assert type(refused(httpx.Response(404), explain=_raises(foreign))) is BadConfig
    later = refused(httpx.Response(503, headers={"retry-after": "7"}), explain=_raises(busy))
    assert isinstance(later, Retryable)
    assert (later.text, later.retry_after_s) == ("still starting", 7.0)
    assert type(refused(httpx.Response(503), explain=lambda body: None)) is Retryable  # a refusal that looks like data is none


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, html="<html>Sign in</html>"),
        httpx.Response(200, text=" \n<!DOCTYPE html>"),
        httpx.Response(200, headers={"content-type": "text/html; charset=utf-8"}, content=b"{}"),
    ],
)
def test_a_web_page_is_no_answer(answer: httpx.Response) -> None:
    error = refused(answer)
    assert type(error) is Fatal
    assert "web page" in error.text
    assert http(answer).ask("GET", "", media_type="").status == 200


def test_an_echoed_credential_is_cut_out() -> None:
    answer = httpx.Response(200, json={"error": f"bad token {SECRET}", "secret": "short"})
    body = http(answer, secrets=(SECRET, "short")).get("")
    assert SECRET.encode() not in body
    assert b"short" in body  # too short to know by its looks


@pytest.mark.parametrize(
    ("error", "kind", "field"),
    [
        (NoAnswer(SECRET), Retryable, None),
        (NotAllowed(SECRET), BadConfig, "address"),
        (NotAllowed(SECRET, Recovery.RETRY), Retryable, None),
        (NotTrusted(SECRET), BadConfig, "ca"),
        (BadAnswer(SECRET), Fatal, None),
    ],
)
def test_the_egress_door_says_itself_what_to_do(error: EgressError, kind: type[ConnectorError], field: str | None) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(kind) as failed:
        http(fail).get("/x")
    assert failed.value.text == str(error.text)
    assert SECRET not in failed.value.text
    assert getattr(failed.value, "field", None) == field


def test_any_other_failure_of_httpx_may_pass_by_itself() -> None:
    for error in (
        httpx.ReadTimeout(SECRET),
        httpx.ConnectError(SECRET),
        httpx.DecodingError(SECRET),
        httpx.TooManyRedirects(SECRET),
    ):
        told = of_transport(error)
        assert type(told) is Retryable
        assert SECRET not in told.text


@pytest.mark.parametrize("address", ["http://[::1", "http://a\x00b"])
def test_what_is_no_url_is_the_address_to_mend(address: str) -> None:
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json={})))
    with pytest.raises(BadConfig) as failed:
        Http(client, address).get("/x")
    assert failed.value.field == "address"


def test_a_header_that_cannot_be_sent_is_the_credential_to_mend() -> None:
    answer = httpx.Response(200, json={})
    with pytest.raises(BadConfig) as failed:
        http(answer, headers={"Authorization": "\ud800"}, credential="token").get("/x")
    assert failed.value.field == "token"


def test_a_file_is_written_as_it_comes_and_not_beyond_its_limit() -> None:
    into = io.BytesIO()
    told = http(httpx.Response(200, content=b"<x>" * 1000, headers={"ETag": "e"})).download("", into, at_most=3000)
    assert (len(into.getvalue()), told.headers["etag"], told.body) == (3000, "e", b"")
    with pytest.raises(Fatal, match="larger"):
        http(httpx.Response(200, content=b"x" * 3001)).download("", io.BytesIO(), at_most=3000)
    with pytest.raises(Retryable):
        http(httpx.Response(503)).download("", io.BytesIO(), at_most=3000)
    assert http(httpx.Response(304)).download("", io.BytesIO(), at_most=3000).status == 304
