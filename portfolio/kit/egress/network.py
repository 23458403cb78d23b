"""The network layer under httpcore: connects to what the gate checked, and keeps the visit's time and bytes.

httpcore keeps the name from the URL for the Host header, SNI and the certificate; only the connection goes to the address.
"""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from portfolio.kit.egress import backstop
from portfolio.kit.egress.errors import NoAnswer, NotTrusted
from portfolio.kit.egress.gate import Gate
from portfolio.kit.egress.place import Address, Place
from portfolio.kit.egress.visit import CONNECT_S, READ_S, Visit

_TRIED_ADDRESSES = 4
_PIECE = 4096


class CheckedStream(httpcore.NetworkStream):
    """A connection whose every step is bounded by the visit."""

    def __init__(self, stream: httpcore.NetworkStream, visit: Visit) -> None:
        self._stream, self._visit = stream, visit

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, self._visit.seconds(READ_S))
        self._visit.count(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # In pieces, because httpcore gives the timeout to each send and a piece can take several.
        for start in range(0, len(buffer), _PIECE):
            self._stream.write(buffer[start : start + _PIECE], self._visit.seconds(READ_S))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, self._visit.seconds(CONNECT_S))
        except httpcore.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):
                raise NotTrusted(error.__cause__.verify_message) from error
            raise
        return CheckedStream(stream, self._visit)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class CheckedBackend(httpcore.NetworkBackend):
    """Connections of one scheme through one gate."""

    def __init__(self, scheme: str, gate: Gate, visit: Visit) -> None:
        self._scheme, self._gate, self._visit = scheme, gate, visit
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        place = Place.of(f"{self._scheme}://{f'[{host}]' if ':' in host else host}:{port}")
        tried = self._gate.addresses(place, self._visit.seconds(CONNECT_S))[:_TRIED_ADDRESSES]
        for address in tried[:-1]:
            try:
                return self._connect(address, port, CONNECT_S / len(tried))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(tried[-1], port, CONNECT_S / len(tried))

    def connect_unix_socket(self, path: str, timeout: float | None = None, socket_options: Any = None) -> Any:
        raise NoAnswer("unix sockets are not connected to")

    def _connect(self, address: Address, port: int, at_most_s: float) -> httpcore.NetworkStream:
        with backstop.checked(address, port):
            stream = self._plain.connect_tcp(str(address), port, self._visit.seconds(at_most_s), None, [])
        return CheckedStream(stream, self._visit)
