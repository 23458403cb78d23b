"""AWS Signature Version 4 as its documentation describes it, to check what our client sends. Not botocore's code."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote, unquote


def expected(secret: str, method: str, target: str, headers: Mapping[str, str]) -> str:
    """The signature that a request must bear. `target`: path and query as sent; header names in lower case."""
    scope, signed = _said(headers["authorization"])
    date, region, service, _ = scope.split("/")[-4:]
    path, _, query = target.partition("?")
    canonical = "\n".join(
        [
            method,
            quote(unquote(path), safe="/-_.~"),
            _query(query),
            *(f"{name}:{' '.join(headers[name].split())}" for name in signed.split(";")),
            "",
            signed,
            headers["x-amz-content-sha256"],
        ]
    )
    told = "\n".join(
        [
            "AWS4-HMAC-SHA256",
            headers["x-amz-date"],
            f"{date}/{region}/{service}/aws4_request",
            hashlib.sha256(canonical.encode()).hexdigest(),
        ]
    )
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, told.encode(), "sha256").hex()


def signature(authorization: str) -> str:
    return authorization.rpartition("Signature=")[2]


def access_id(authorization: str) -> str:
    return _said(authorization)[0].partition("/")[0]


def region(authorization: str) -> str:
    return _said(authorization)[0].split("/")[-3]


def _said(authorization: str) -> tuple[str, str]:
    algorithm, _, rest = authorization.partition(" ")
    assert algorithm == "AWS4-HMAC-SHA256"
    fields = dict(one.strip().split("=", 1) for one in rest.split(","))
    return fields["Credential"], fields["SignedHeaders"]


def _query(written: str) -> str:
    pairs = [one.partition("=")[::2] for one in written.split("&") if one]
    return "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in sorted((unquote(name), unquote(value)) for name, value in pairs)
    )
