"""Where a request goes, read from its URL by the same parser that sends it; whatever two readers could read apart is refused."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx

from portfolio.kit.egress.errors import NotAllowed

Address = IPv4Address | IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST_BYTES = 253
# Letters, digits, inner hyphens and underscores (as in Kubernetes and Windows names). The last label starts with a letter:
# 2130706433, 0x7f.1 and 127.1 are addresses to a resolver, not names.
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_HEX_NUMBER = re.compile(r"0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Place:
    """`host` is a name in lower case ASCII or an address as text; `address` is set where it is one."""

    scheme: str
    host: str
    port: int
    address: Address | None

    @classmethod
    def of(cls, url: str | httpx.URL) -> "Place":
        """Raises NotAllowed."""
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise NotAllowed("not a URL") from error
        if parsed.scheme not in DEFAULT_PORTS:
            raise NotAllowed("scheme")
        if parsed.userinfo:
            raise NotAllowed("user name in the URL")
        port = DEFAULT_PORTS[parsed.scheme] if parsed.port is None else parsed.port
        if not 0 < port < 65536:
            raise NotAllowed("port")
        host = parsed.raw_host.decode("ascii").lower()
        return cls(parsed.scheme, host, port, _address(host))

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port


def is_name(host: str) -> bool:
    """Whether a resolver can only take it as a name."""
    return len(host) <= _HOST_BYTES and bool(_NAME.fullmatch(host)) and not _HEX_NUMBER.fullmatch(host.rpartition(".")[2])


def _address(host: str) -> Address | None:
    if is_name(host):
        return None
    try:
        address = ip_address(host)
    except ValueError as error:
        raise NotAllowed("host") from error
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise NotAllowed("IPv6 zone")
    return address
