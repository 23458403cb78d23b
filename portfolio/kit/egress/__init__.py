"""The one door for every outgoing connection: resolve once, check, connect to what was checked, within time and bytes.

    with door("prometheus", deadline_s=60, max_bytes=20 * 2**20, ca=source.ca) as client:
        answer = client.get(url)

The client is an `httpx.Client`, to be handed to code that knows only httpx. What can go wrong is in errors.py, what may be
reached in the operator's file (allowlist.py), what nobody reaches in denied.py and own.py.
"""

from typing import Any

import httpx

from portfolio.kit.egress import resolve, trust
from portfolio.kit.egress.errors import NoAnswer, NotAllowed
from portfolio.kit.egress.gate import Gate
from portfolio.kit.egress.place import Place
from portfolio.kit.egress.transport import DoorTransport
from portfolio.kit.egress.visit import ANSWER_BYTES, CONNECT_S, Visit

DEADLINE_S = 60.0


class Door(httpx.Client):
    """An httpx client whose errors are EgressErrors, those of a malformed URL too. `visit` says what it has cost so far."""

    def __init__(self, visit: Visit, **rest: Any) -> None:
        super().__init__(**rest)
        self.visit = visit

    def build_request(self, method: str, url: httpx.URL | str, **rest: Any) -> httpx.Request:
        try:
            return super().build_request(method, url, **rest)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise NotAllowed("not a URL") from error


def door(
    kind: str,
    *,
    deadline_s: float = DEADLINE_S,
    max_bytes: int = ANSWER_BYTES,
    visit_bytes: int | None = None,
    ca: str | None = None,
    redirects: int = 0,
    resolver: resolve.Resolver = resolve.system,
) -> Door:
    """A client for what the operator opened to `kind`; use it as a context manager and once.

    The deadline runs from now over all requests together. `max_bytes` bounds each answer, on the wire and unpacked,
    `visit_bytes` all of them (ten answers by default). `ca` is PEM text and then the only one trusted. A redirect beyond
    `redirects` is a BadAnswer; each hop is checked, and to another origin it carries no credentials. Raises NotTrusted for
    a broken `ca`; requests raise EgressError.
    """
    visit = Visit(deadline_s, max_bytes, visit_bytes)
    transport = DoorTransport(Gate(kind, resolver), visit, trust.context(ca), redirects)
    return Door(visit, transport=transport, trust_env=False, follow_redirects=False, timeout=None)


def check_address(kind: str, url: str, *, resolver: resolve.Resolver = resolve.system) -> None:
    """For forms: whether the door would connect to `url` now, as far as names tell. Connects to nothing. Raises NotAllowed.

    A name that the operator opened by name passes even where it does not resolve at the moment.
    """
    place = Place.of(url)
    try:
        Gate(kind, resolver).addresses(place, CONNECT_S)
    except NoAnswer:
        return
