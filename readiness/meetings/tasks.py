"""The jobs of meetings: packs and minutes become files."""

from __future__ import annotations

from portfolio.outbox.services import Claim
from readiness.meetings.services.packs import printing
from readiness.meetings.services.packs.making import make_minutes
from readiness.meetings.services.packs.rendering.parent import NotPrinted, printed


def render_pack(held: Claim) -> None:
    """Print outside of any transaction; the row says that the file is there only once it is."""
    pack = printing.begin(held.payload["pack_id"])
    if pack is None:
        return
    try:
        made = printed(pack.input)
    except NotPrinted as refused:
        with held.finishing():
            printing.refuse(pack, str(refused))
        return
    printing.put(pack, made)
    with held.finishing():
        printing.keep(pack, made)


def print_minutes(held: Claim) -> None:
    """After a meeting was closed."""
    with held.finishing():
        make_minutes(meeting_id=held.payload["meeting_id"])
