"""The httpx transport behind the door: every request is checked, every answer bounded, every failure one of four words."""

import ssl
from collections.abc import Iterable
from functools import partial
from typing import cast

import httpcore
import httpx
import structlog

from portfolio.kit.egress.body import Body, readable
from portfolio.kit.egress.errors import BadAnswer, EgressError, NoAnswer, NotAllowed
from portfolio.kit.egress.gate import Gate
from portfolio.kit.egress.network import CheckedBackend
from portfolio.kit.egress.place import Place
from portfolio.kit.egress.redirect import followed, points_elsewhere
from portfolio.kit.egress.visit import CONNECT_S, READ_S, Visit

log = structlog.get_logger(__name__)

_CONNECTIONS = 4
_TIMEOUTS = {"connect": CONNECT_S, "read": READ_S, "write": READ_S, "pool": CONNECT_S}
# Of the answer, what no longer is true once it is unpacked, and what could make this client remember something.
_DROPPED = {"content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie", "set-cookie2"}
_CHARSETS = {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin-1", "windows-1252"}


class DoorTransport(httpx.BaseTransport):
    """Connections live as long as the visit; those of http and https are kept apart."""

    def __init__(self, gate: Gate, visit: Visit, trusted: ssl.SSLContext, redirects: int) -> None:
        self._gate, self._visit, self._redirects = gate, visit, redirects
        self._pools = {
            scheme: httpcore.ConnectionPool(
                ssl_context=trusted, max_connections=_CONNECTIONS, network_backend=CheckedBackend(scheme, gate, visit)
            )
            for scheme in ("http", "https")
        }

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Raises EgressError, and so does reading the answer."""
        try:
            return self._answer(request)
        except EgressError as error:
            self._report(request.url, error)
            raise

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        for _ in range(self._redirects):
            response = self._once(request)
            if not points_elsewhere(response):
                return response
            response.close()
            request = followed(request, response)
        response = self._once(request)
        if points_elsewhere(response):
            response.close()
            raise BadAnswer("redirect")
        return response

    def _once(self, request: httpx.Request) -> httpx.Response:
        self._visit.seconds(1)
        place = Place.of(request.url)
        self._gate.admit(place)
        try:
            answer = self._pools[place.scheme].handle_request(_outgoing(request))
        except httpcore.LocalProtocolError as error:
            raise NotAllowed("a request that is no HTTP") from error
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise NoAnswer(f"{type(error).__name__}: {error}") from error
        return self._incoming(request.url, answer)

    def _report(self, url: httpx.URL, error: EgressError) -> None:
        # Neither path nor query: they may hold a token.
        log.warning("egress_failed", kind=self._gate.kind, host=url.host, port=url.port, word=error.word, reason=error.reason)

    def _incoming(self, url: httpx.URL, answer: httpcore.Response) -> httpx.Response:
        headers = httpx.Headers(answer.headers)
        try:
            encoding = readable(answer.status, headers, self._visit)
        except BadAnswer:
            answer.close()
            raise
        wire = cast(Iterable[bytes], answer.stream)
        body = Body(wire, answer.close, self._visit, encoding, partial(self._report, url))
        kept = [(name, value) for name, value in headers.multi_items() if name not in _DROPPED]
        return httpx.Response(answer.status, headers=_plain_text(httpx.Headers(kept)), stream=body)


def _outgoing(request: httpx.Request) -> httpcore.Request:
    """Nothing that the caller put beside the URL decides where the request goes or what comes back packed."""
    headers = request.headers.copy()
    headers["Host"] = request.url.netloc.decode("ascii")
    headers["Accept-Encoding"] = "gzip"
    url = request.url
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=headers.raw,
        content=cast(Iterable[bytes], request.stream),
        extensions={"timeout": _TIMEOUTS},
    )


def _plain_text(headers: httpx.Headers) -> httpx.Headers:
    """Python has codecs that unpack and compute; an answer may not choose one of those for its text."""
    charset = httpx.Response(200, headers=headers).charset_encoding
    if charset is not None and charset.lower() not in _CHARSETS:
        headers["content-type"] = headers["content-type"].partition(";")[0]
    return headers
