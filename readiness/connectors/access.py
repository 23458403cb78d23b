"""Fields that connectors share: the address, who asks, the certificate authority; and the checks that every form needs.

A connector's `fields` are (ADDRESS, *SIGN_IN, CA, its own ...). The names are part of the contract: the caller opens the door
with `ca`, and clears every secret when `address` changes.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from readiness.connectors.errors import BadConfig
from readiness.connectors.http import Http
from readiness.connectors.live import ConfigField, FieldKind

NOBODY, BEARER, BASIC, HEADER = "none", "bearer", "basic", "header"
LONGEST_VALUE, LONGEST_ADDRESS, LONGEST_PEM = 8_000, 2_000, 200_000

ADDRESS = ConfigField(
    "address",
    "Address",
    FieldKind.URL,
    help="https://host:port and, where there is one, the path before the API. The operator must have opened it.",
    required=True,
)
SIGN_IN = (
    ConfigField(
        "auth",
        "Sign-in",
        FieldKind.CHOICE,
        help="How this source is to prove who asks.",
        default=NOBODY,
        choices=((NOBODY, "none"), (BEARER, "bearer token"), (BASIC, "user name and password"), (HEADER, "token in a header")),
    ),
    ConfigField("token", "Token", FieldKind.SECRET, help="For a bearer token or a token in a header."),
    ConfigField("username", "User name", help="For a user name and password."),
    ConfigField("password", "Password", FieldKind.SECRET, help="For a user name and password."),
    ConfigField("auth_header", "Header of the token", help="For a token in a header, as X-Api-Key.", default="X-Api-Key"),
)
CA = ConfigField(
    "ca",
    "Certificate authority",
    FieldKind.PEM,
    help="PEM text; then the only one trusted. Empty: those that this machine trusts.",
)

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OURS = {
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "accept",
    "accept-encoding",
    "te",
    "upgrade",
}
_PEM = re.compile(r"\s*-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=\-]*-----END CERTIFICATE-----\s*")


def check_values(fields: Sequence[ConfigField], values: Mapping[str, Any]) -> None:
    """Raises BadConfig naming the field: unknown, missing, of another kind, too long, or no choice. Connects to nothing."""
    known = {one.name: one for one in fields}
    for name in values:
        if name not in known:
            raise BadConfig("there is no such field", str(name)[:100])
    for one in fields:
        value = values.get(one.name)
        if value in (None, "", {}, []):
            if one.required:
                raise BadConfig(f"{one.label} is missing", one.name)
            continue
        _check_value(one, value)


def check_access(config: Mapping[str, Any]) -> None:
    """Of ADDRESS, SIGN_IN and CA together, after `check_values`. Raises BadConfig."""
    auth = text_of(config, "auth") or NOBODY
    if auth in (BEARER, HEADER) and not text_of(config, "token"):
        raise BadConfig("the token is missing", "token")
    if auth == BASIC and not text_of(config, "username"):
        raise BadConfig("the user name is missing", "username")
    if auth == BASIC and ":" in text_of(config, "username"):
        raise BadConfig("a user name has no colon", "username")
    if auth == HEADER:
        check_header("auth_header", text_of(config, "auth_header") or "X-Api-Key")
    for name in ("token", "password"):
        if not text_of(config, name).isprintable():
            raise BadConfig("it has a line break or another character that is not printable", name)
    if not text_of(config, "token").isascii():
        raise BadConfig("a token has only letters, digits and signs of ASCII", "token")


def check_header(name: str, header: str) -> None:
    """A header of somebody's own; those that HTTP itself needs are not to be set. Raises BadConfig."""
    if not _HEADER_NAME.fullmatch(header) or header.lower() in _OURS:
        raise BadConfig("this is no name of a header that may be set", name)


def signed_in(http: Http, config: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Http:
    """`http` at the address of `config`, with its credentials and the connector's own `headers`."""
    auth, token = text_of(config, "auth") or NOBODY, text_of(config, "token")
    proof, secrets, credential = dict[str, str](), list[str](), "auth"
    if auth == BEARER:
        proof, secrets, credential = {"Authorization": f"Bearer {token}"}, [token], "token"
    elif auth == HEADER:
        proof, secrets, credential = {text_of(config, "auth_header") or "X-Api-Key": token}, [token], "token"
    elif auth == BASIC:
        pair = f"{text_of(config, 'username')}:{text_of(config, 'password')}"
        packed = base64.b64encode(pair.encode()).decode()
        proof, secrets, credential = {"Authorization": f"Basic {packed}"}, [packed, text_of(config, "password")], "password"
    return replace(
        http,
        address=text_of(config, "address").rstrip("/"),
        headers={**(headers or {}), **proof},
        secrets=tuple(secrets),
        credential=credential,
    )


def text_of(values: Mapping[str, Any], name: str) -> str:
    """The text, stripped; "" for none."""
    value = values.get(name)
    return value.strip() if isinstance(value, str) else ""


def number_of(values: Mapping[str, Any], name: str, default: float) -> float:
    """A finite number, also one written as text; `default` for none. Raises BadConfig."""
    value = values.get(name)
    if value is None or value == "":
        return default
    try:
        told = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        told = math.nan
    if not math.isfinite(told):
        raise BadConfig("this is no number", name)
    return told


def _check_value(one: ConfigField, value: object) -> None:
    if one.kind is FieldKind.NUMBER:
        number_of({one.name: value}, one.name, 0.0)
    elif one.kind is FieldKind.BOOLEAN:
        if not isinstance(value, bool):
            raise BadConfig("yes or no is expected", one.name)
    elif one.kind is FieldKind.MAPPING:
        _check_mapping(one.name, value)
    elif one.kind is FieldKind.QUERIES:
        if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
            raise BadConfig("a list of objects is expected", one.name)
    else:
        _check_text(one, value)


def _check_text(one: ConfigField, value: object) -> None:
    if not isinstance(value, str):
        raise BadConfig("a text is expected", one.name)
    if len(value) > (LONGEST_PEM if one.kind is FieldKind.PEM else LONGEST_VALUE):
        raise BadConfig("this is too long", one.name)
    if "\x00" in value:
        raise BadConfig("this has a NUL character", one.name)
    if one.kind is FieldKind.CHOICE and value not in [choice for choice, _ in one.choices]:
        raise BadConfig(f"choose one of {', '.join(choice for choice, _ in one.choices)}", one.name)
    if one.kind is FieldKind.URL:
        check_address(one.name, value)
    if one.kind is FieldKind.PEM and not _PEM.fullmatch(value):
        raise BadConfig("certificates in PEM form are expected (-----BEGIN CERTIFICATE-----), and nothing else", one.name)


def check_address(name: str, value: str) -> None:
    """An http or https address without credentials, query or fragment. Raises BadConfig."""
    try:
        parts = urlsplit(value.strip())
        readable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        readable = False
    if not readable or len(value) > LONGEST_ADDRESS or not value.strip().isprintable() or " " in value.strip():
        raise BadConfig("an address like https://host:port/path is expected", name)
    if "@" in parts.netloc:
        raise BadConfig("no user name in the address: give it in the fields of its own", name)
    if parts.query or parts.fragment or "?" in value or "#" in value:
        raise BadConfig("an address without ? and # is expected", name)


def _check_mapping(name: str, value: object) -> None:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) and isinstance(one, str) for key, one in value.items()):
        raise BadConfig("an object of texts is expected", name)
    if len(value) > 1000 or any(len(key) + len(one) > LONGEST_VALUE for key, one in value.items()):
        raise BadConfig("this is too long", name)
