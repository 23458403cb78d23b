"""The servers that Pilotage itself runs on: never a target of a connector, always open to the code that serves them.

They are told by address and port, since an ingress or a host is often shared with something that a connector may read.
"""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import psutil
from django.conf import settings

from portfolio.kit.egress.denied import unmapped
from portfolio.kit.egress.place import DEFAULT_PORTS, Address

_POSTGRES, _REDIS = 5432, 6379


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int

    def has(self, address: Address, port: int) -> bool:
        """Whether it listens at `address`. Asks the resolver only where the port is its own."""
        if port != self.port:
            return False
        found = _addresses(self.host)
        return address in found or (any(a.is_loopback or a.is_unspecified for a in found) and address in _interfaces())


def backing() -> Iterator[Server]:
    """PostgreSQL, the broker and the mail server, as far as they are reached over a network."""
    for database in settings.DATABASES.values():
        yield from _servers(str(database.get("HOST") or ""), database.get("PORT"), _POSTGRES)
        options: Any = database.get("OPTIONS") or {}
        yield from _servers(str(options.get("hostaddr") or ""), database.get("PORT"), _POSTGRES)
    for url in str(settings.CELERY_BROKER_URL).split(";"):
        parts = urlsplit(url)
        if parts.hostname:
            yield from _servers(parts.hostname, parts.port, _REDIS)
    if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        yield from _servers(settings.EMAIL_HOST, settings.EMAIL_PORT, 25)


def web() -> Server:
    """The web server of this machine."""
    return Server("127.0.0.1", settings.WEB_PORT)


def is_own(address: Address, port: int) -> bool:
    address = unmapped(address)
    return any(server.has(address, port) for server in (web(), *backing()))


def is_own_name(host: str, port: int) -> bool:
    """Whether people reach this product by that name: behind a shared ingress only the name tells."""
    base = urlsplit(settings.BASE_URL)
    names = {base.hostname, *(name.lstrip(".") for name in settings.ALLOWED_HOSTS)}
    return host in names and port in {base.port, settings.WEB_PORT, *DEFAULT_PORTS.values()}


def _servers(hosts: str, port: Any, default: int) -> Iterator[Server]:
    ports = str(port or default).split(",")
    for i, host in enumerate(hosts.split(",")):
        if host and not host.startswith(("/", "@")):
            number = ports[i] if i < len(ports) else ports[-1]
            yield Server(host, int(number or default))


def _addresses(host: str) -> set[Address]:
    try:
        return {unmapped(ip_address(str(entry[4][0]))) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, ValueError, UnicodeError):
        return set()


def _interfaces() -> set[Address]:
    """Every address of this machine."""
    found = {socket.AF_INET, socket.AF_INET6}
    return {
        unmapped(ip_address(entry.address.split("%")[0]))
        for entries in psutil.net_if_addrs().values()
        for entry in entries
        if entry.family in found
    }
