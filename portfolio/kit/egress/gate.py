"""The decision: from a place to the addresses that may be connected to."""

from dataclasses import dataclass

from django.conf import settings

from portfolio.kit.egress import allowlist, own
from portfolio.kit.egress.denied import is_denied, unmapped
from portfolio.kit.egress.errors import NoAnswer, NotAllowed, Recovery
from portfolio.kit.egress.place import Address, Place
from portfolio.kit.egress.resolve import Resolver


@dataclass(frozen=True, slots=True)
class Gate:
    """What one kind of connector may reach."""

    kind: str
    resolver: Resolver

    def admit(self, place: Place) -> None:
        """Without a question to the resolver: whether there is an opening that `place` could fit. Raises NotAllowed."""
        if own.is_own_name(place.host, place.port):
            raise NotAllowed("our own web address")
        if not self._openings(place):
            raise NotAllowed("no opening")

    def addresses(self, place: Place, timeout_s: float) -> list[Address]:
        """Resolve once and check all: a denied address among the answers spoils them all, an unlisted one is left out.

        Raises NotAllowed, NoAnswer. A name that no entry names, and that does not resolve, is not told from one that
        resolves to somewhere else: the resolver's knowledge is not for asking.
        """
        self.admit(place)
        openings = self._openings(place)
        for address in (found := self._resolve(place, timeout_s)):
            if is_denied(address, loopback=settings.EGRESS_LOOPBACK) or own.is_own(address, place.port):
                raise NotAllowed(f"{address} is never allowed")
        allowed = [unmapped(address) for address in found if any(opening.holds(place, address) for opening in openings)]
        if not allowed:
            raise NotAllowed(f"no opening for {', '.join(map(str, found))}")
        return allowed

    def _openings(self, place: Place) -> list[allowlist.Opening]:
        return [opening for opening in allowlist.openings(self.kind) if opening.fits(place)]

    def _resolve(self, place: Place, timeout_s: float) -> list[Address]:
        if place.address is not None:
            return [place.address]
        try:
            return self.resolver(place.host, place.port, timeout_s)
        except NoAnswer as error:
            if any(place.host in opening.names for opening in self._openings(place)):
                raise
            raise NotAllowed(error.reason, Recovery.RETRY) from error
