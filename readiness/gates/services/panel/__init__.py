"""Who sits at gates: gatekeepers of units, seats of reviews, who stands for whom, and who is in the room."""

from readiness.gates.services.panel.attendance import arrive, leave
from readiness.gates.services.panel.delegations import delegate, revoke_delegation
from readiness.gates.services.panel.gatekeepers import add_gatekeeper, change_gatekeeper, remove_gatekeeper
from readiness.gates.services.panel.seats import seat, seat_gatekeepers, unseat

__all__ = [
    "add_gatekeeper",
    "arrive",
    "change_gatekeeper",
    "delegate",
    "leave",
    "remove_gatekeeper",
    "revoke_delegation",
    "seat",
    "seat_gatekeepers",
    "unseat",
]
