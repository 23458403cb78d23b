"""Whom TLS trusts: a source's own CA alone, or what this machine and the certifi package trust. Never nobody."""

import ssl
from functools import lru_cache

import certifi

from portfolio.kit.egress.errors import NotTrusted


@lru_cache(maxsize=64)
def context(ca: str | None) -> ssl.SSLContext:
    """`ca` is PEM text. Raises NotTrusted where it is none."""
    if ca and not ca.isascii():
        raise NotTrusted("the CA is not a certificate in PEM form")
    try:
        trusted = ssl.create_default_context(cadata=ca or None)
    except (ssl.SSLError, ValueError) as error:
        raise NotTrusted("the CA is not a certificate in PEM form") from error
    if not ca:
        trusted.load_verify_locations(certifi.where())
    return trusted
