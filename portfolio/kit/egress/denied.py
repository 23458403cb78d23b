"""Addresses that no operator's list opens, in whatever form they come.

Python's `is_private` and `is_global` are no basis: they let metadata addresses and tunnels through, and their tables change
between patch releases.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network

from portfolio.kit.egress.place import Address

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
ALWAYS = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "169.254.0.0/16",  # link-local, and the metadata service of most clouds
        "100.100.100.200/32",  # metadata: Alibaba
        "168.63.129.16/32",  # metadata: Azure
        "192.0.0.0/24",  # protocol assignments; 192.0.0.192 is metadata at Oracle
        "192.88.99.0/24",  # 6to4 relays
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "::/128",
        "64:ff9b:1::/48",  # local NAT64: what it carries depends on a prefix length that only the network knows
        "100::/64",  # discard
        "fe80::/10",  # link-local
        "fec0::/10",  # site-local, given up
        "ff00::/8",  # multicast
        "fd00:ec2::/32",  # metadata: Amazon
        "fd20:ce::/32",  # metadata: Google
        "fd00:c1::/32",  # metadata: Oracle
        "fd00:42::/32",  # metadata: Scaleway
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_TRANSLATED = IPv6Network("::ffff:0:0:0/96")
_COMPATIBLE = IPv6Network("::/96")
_TEREDO = IPv6Network("2001::/32")
_6TO4 = IPv6Network("2002::/16")
_ISATAP = (0x00005EFE, 0x02005EFE)
_LOW_32 = 0xFFFFFFFF


def unmapped(address: Address) -> Address:
    """The IPv4 address where an IPv6 one is only another way to write it (::ffff:a.b.c.d)."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_denied(address: Address, *, loopback: bool) -> bool:
    """Whether it, or an IPv4 address it carries, is on the list. `loopback` opens this machine alone, never by a tunnel."""
    address = unmapped(address)
    networks = ALWAYS if loopback else ALWAYS + LOOPBACK
    if any(address in network for network in networks):
        return True
    return isinstance(address, IPv6Address) and any(
        carried in network for carried in _carried(address) for network in ALWAYS + LOOPBACK
    )


def _carried(address: IPv6Address) -> Iterator[IPv4Address]:
    """Every IPv4 address that a translator or tunnel could take out of it."""
    number = int(address)
    if _in(address, _NAT64, _TRANSLATED) or (_in(address, _COMPATIBLE) and number > 1):
        yield IPv4Address(number & _LOW_32)
    if _in(address, _TEREDO):
        yield IPv4Address(number >> 64 & _LOW_32)
        yield IPv4Address(~number & _LOW_32)
    if _in(address, _6TO4):
        yield IPv4Address(number >> 80 & _LOW_32)
    if (number >> 32 & _LOW_32) in _ISATAP:
        yield IPv4Address(number & _LOW_32)


def _in(address: IPv6Address, *networks: IPv6Network) -> bool:
    return any(address in network for network in networks)
