"""The operator's file: which addresses each kind of connector may reach. No file means none.

    prometheus:
      - scheme: https
        to: [prometheus.example.internal, 10.20.0.0/16]
        ports: [443, 9090-9099]

It is read again when it changes. A mistake anywhere in it closes everything, loudly: half a list is nobody's intention.
"""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any

import structlog
import yaml
from django.conf import settings

from portfolio.kit.egress.denied import unmapped
from portfolio.kit.egress.errors import NotAllowed
from portfolio.kit.egress.place import DEFAULT_PORTS, Address, Place, is_name

log = structlog.get_logger(__name__)

Network = IPv4Network | IPv6Network
_KEYS = {"scheme", "to", "ports"}
_PORTS = range(1, 65536)
_PORT_RANGE_CHARS = len("10000-65535")


class BadList(ValueError):
    """The file cannot be used; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Opening:
    scheme: str
    ports: tuple[range, ...]
    names: frozenset[str]
    networks: tuple[Network, ...]

    def fits(self, place: Place) -> bool:
        """Whether an address of `place` could be inside, told without asking a resolver."""
        if self.scheme != place.scheme or not any(place.port in ports for ports in self.ports):
            return False
        if place.address is not None:
            return self.holds(place, place.address)
        return place.host in self.names or bool(self.networks)

    def holds(self, place: Place, address: Address) -> bool:
        return place.host in self.names or any(unmapped(address) in network for network in self.networks)


AllowList = dict[str, tuple[Opening, ...]]


def openings(kind: str) -> tuple[Opening, ...]:
    """Those of `kind`. Raises NotAllowed where there is no file, or a broken one."""
    if not settings.EGRESS_FILE:
        raise NotAllowed("PILOTAGE_EGRESS_FILE is not set")
    try:
        return load(Path(settings.EGRESS_FILE)).get(kind, ())
    except BadList as error:
        log.error("egress_list_unusable", problem=str(error))
        raise NotAllowed("the list cannot be used") from error


def load(path: Path) -> AllowList:
    """Raises BadList."""
    try:
        stat = path.stat()
        return _load(path, stat.st_mtime_ns, stat.st_size)
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise BadList(f"{path} cannot be read: {error}") from error


@lru_cache(maxsize=4)
def _load(path: Path, _mtime_ns: int, _size: int) -> AllowList:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise BadList(f"{path}: a mapping of connector kinds is expected")
    return {
        str(kind): tuple(_opening(f"{path}, {kind}[{i}]", entry) for i, entry in enumerate(_list(f"{path}, {kind}", entries)))
        for kind, entries in content.items()
    }


def _opening(where: str, entry: Any) -> Opening:
    if not isinstance(entry, dict) or set(entry) != _KEYS:
        raise BadList(f"{where}: exactly the keys scheme, to and ports are expected")
    if entry["scheme"] not in DEFAULT_PORTS:
        raise BadList(f"{where}: scheme is http or https")
    ports = tuple(_ports(where, item) for item in _list(f"{where}.ports", entry["ports"]))
    names, networks = set[str](), list[Network]()
    for target in _list(f"{where}.to", entry["to"]):
        if is_name(str(target).lower()):
            names.add(str(target).lower())
        else:
            networks.append(_network(where, str(target)))
    return Opening(entry["scheme"], ports, frozenset(names), tuple(networks))


def _ports(where: str, item: Any) -> range:
    first, dash, last = str(item).partition("-")
    if first.isdecimal() and (last if dash else first).isdecimal() and len(str(item)) <= _PORT_RANGE_CHARS:
        ports = range(int(first), int(last or first) + 1)
        if ports and ports[0] in _PORTS and ports[-1] in _PORTS:
            return ports
    raise BadList(f"{where}: {item!r} is neither a port from 1 to 65535 nor a range of them like 9090-9099")


def _network(where: str, text: str) -> Network:
    try:
        return ip_network(text) if "/" in text else ip_network(unmapped(ip_address(text)))
    except ValueError as error:
        raise BadList(f"{where}: {text!r} is neither a host name nor an address nor a network ({error})") from error


def _list(where: str, value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise BadList(f"{where}: a list is expected")
    return value
