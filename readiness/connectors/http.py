"""Asking another server over a connection that the caller made: bytes come back, or an error named by what to do next.

    signed = signed_in(http, config)        # access.py: where, and as whom
    body = signed.get("/api/v1/query", params={"query": "up"}, explain=answers.answer)

No text of an error holds a body, a URL or a credential, and a credential that the other side echoes is cut out of its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import BinaryIO

import httpx

from readiness.connectors.errors import BadConfig, ConnectorError, Fatal, Retryable
from readiness.connectors.redaction import REDACTED

Params = Mapping[str, str] | Sequence[tuple[str, str]]
Explain = Callable[[bytes], object]  # reads the body of a refusal and raises what it says

JSON = "application/json"
LONGEST_WAIT_S = 86_400.0
_SHORTEST_SECRET = 8  # a shorter one may stand in any answer by chance
_OK, _NOT_MODIFIED = 200, 304
_OUT_OF_SERVICE = {408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529}
_WEB_PAGE = "the answer is a web page, not data: a proxy or a sign-in page stands before the server"


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` in lower case. `body` is empty where it went to a file, and for 304 (not modified)."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Http:
    """A client (httpx or one like it), the address that every path is appended to, and what proves who asks.

    `headers` go with every request, `secrets` are cut out of what comes back, `credential` is the field of the configuration
    to mend where the other side refuses who asks. `client` bounds time and bytes and says what may be reached.
    """

    client: httpx.Client
    address: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    credential: str = "auth"

    def get(
        self, path: str, *, params: Params = (), headers: Mapping[str, str] | None = None, explain: Explain | None = None
    ) -> bytes:
        """JSON. Raises ConnectorError."""
        return self.ask("GET", path, params=params, headers=headers, explain=explain).body

    def post(
        self,
        path: str,
        content: bytes,
        *,
        media_type: str = JSON,
        headers: Mapping[str, str] | None = None,
        explain: Explain | None = None,
    ) -> bytes:
        """JSON. A POST here is a question that is too long for a URL: it may be repeated. Raises ConnectorError."""
        told = {"Content-Type": media_type, **(headers or {})}
        return self.ask("POST", path, content=content, headers=told, explain=explain).body

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Params = (),
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        media_type: str = JSON,
        explain: Explain | None = None,
    ) -> Answer:
        """The whole answer, 200 or (asked with If-None-Match or If-Modified-Since) 304.

        `media_type` "" takes anything, a web page too. `explain` reads the API's own word on a refusal. Raises ConnectorError.
        """
        with self._answer(method, path, params=params, content=content, headers=headers, media_type=media_type) as answer:
            body = b"".join(answer.iter_bytes())
            told = Answer(answer.status_code, _headers(answer), self._without_secrets(body))
        self._check(told, explain)
        if media_type == JSON and (told.media_type == "text/html" or body.lstrip()[:1] == b"<"):
            raise Fatal(_WEB_PAGE)
        return told

    def download(self, path: str, into: BinaryIO, *, at_most: int, headers: Mapping[str, str] | None = None) -> Answer:
        """Whatever is there, written piece by piece. Raises ConnectorError: Fatal beyond `at_most` bytes."""
        with self._answer("GET", path, params=(), content=None, headers=headers, media_type="") as answer:
            told = Answer(answer.status_code, _headers(answer))
            self._check(told, None)
            size = 0
            for piece in answer.iter_bytes():
                size += len(piece)
                if size > at_most:
                    raise Fatal(f"the file is larger than {at_most / 2**20:.0f} MiB")
                into.write(piece)
        return told

    @contextmanager
    def _answer(
        self,
        method: str,
        path: str,
        *,
        params: Params,
        content: bytes | None,
        headers: Mapping[str, str] | None,
        media_type: str,
    ) -> Iterator[httpx.Response]:
        sent = {"Accept": media_type or "*/*", **self.headers, **(headers or {})}
        try:
            pairs = list(params.items()) if isinstance(params, Mapping) else list(params)
            url = httpx.URL(self.address + path, params=pairs) if pairs else httpx.URL(self.address + path)
            with self.client.stream(method, url, content=content, headers=sent, follow_redirects=False) as answer:
                yield answer
        except httpx.InvalidURL as wrong:
            raise BadConfig("this is no address of a server", "address") from wrong
        except UnicodeError as wrong:
            raise BadConfig("a name, value or credential has characters that no request can carry", self.credential) from wrong
        except (httpx.HTTPError, httpx.StreamError) as failed:
            raise of_transport(failed) from failed

    def _check(self, answer: Answer, explain: Explain | None) -> None:
        """Raises what a status other than success means; the API's own word goes before ours where it says more."""
        if answer.status in (_OK, _NOT_MODIFIED):
            return
        error = self._of_status(answer)
        is_about_who = isinstance(error, BadConfig) and error.field == self.credential
        word = None if explain is None or is_about_who else _own(answer, explain)
        if isinstance(word, Retryable):
            raise Retryable(word.text, word.retry_after_s or retry_after_s(answer.headers))
        if word is not None and (isinstance(word, BadConfig) or isinstance(error, Fatal)):
            raise word
        raise error

    def _of_status(self, answer: Answer) -> ConnectorError:
        status = answer.status
        if status in (401, 403):
            said = "wants to know who asks" if status == 401 else "does not let this account read"
            return BadConfig(f"the server {said} (HTTP {status})", self.credential)
        if status == 404:
            return BadConfig("there is nothing at this address (HTTP 404): check its path", "address")
        if status == 429:
            return Retryable("the server has been asked too often (HTTP 429)", retry_after_s(answer.headers))
        if status in _OUT_OF_SERVICE:
            return Retryable(f"the server is out of service (HTTP {status})", retry_after_s(answer.headers))
        if 300 <= status < 400:
            return Fatal(f"the server points to another address (HTTP {status}): enter the address that answers itself")
        return Fatal(f"the server refuses the request (HTTP {status})")

    def _without_secrets(self, body: bytes) -> bytes:
        for secret in self.secrets:
            if len(secret) >= _SHORTEST_SECRET:
                body = body.replace(secret.encode(), REDACTED.encode())
        return body


def of_transport(error: Exception) -> ConnectorError:
    """What a failed connection means. The egress door's errors say it themselves; any other may pass by itself."""
    recovery, text = getattr(error, "recovery", None), str(getattr(error, "text", "")) or "nothing there answered"
    if recovery == "mend":
        return BadConfig(text, "ca" if getattr(error, "word", "") == "not trusted" else "address")
    return Fatal(text) if recovery == "look" else Retryable(text)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from seconds or a date (against the answer's own clock); None where none or nonsense is said."""
    said = headers.get("retry-after", "").strip()
    if said.isdecimal():
        return min(float(said[:9]), LONGEST_WAIT_S)
    try:
        then, now = parsedate_to_datetime(said), parsedate_to_datetime(headers.get("date", ""))
        wait = (then.replace(tzinfo=then.tzinfo or UTC) - now.replace(tzinfo=now.tzinfo or UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(wait, 0.0), LONGEST_WAIT_S)


def _own(answer: Answer, explain: Explain) -> ConnectorError | None:
    try:
        explain(answer.body)
    except ConnectorError as word:
        return word
    return None


def _headers(answer: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers.items()}
