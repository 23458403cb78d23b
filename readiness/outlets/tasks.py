"""The jobs of what leaves the cockpit."""

from __future__ import annotations

from portfolio.kit import clock
from portfolio.outbox.services import Claim
from readiness.meetings.services.packs.rendering.parent import NotPrinted, printed
from readiness.outlets.services.letters import writing
from readiness.outlets.services.sheets import printing


def make_sheet(held: Claim) -> None:
    """Read the figures, then print outside of any transaction; the row says that the file is there only once it is."""
    sheet = printing.begin(held.payload["sheet_id"])
    if sheet is None:
        return
    try:
        made = printed(printing.freeze(sheet), main=printing.TEMPLATE)
    except (printing.NotMade, NotPrinted) as refused:
        with held.finishing():
            printing.refuse(sheet, str(refused))
        return
    printing.put(sheet, made)
    with held.finishing():
        printing.keep(sheet, made)


def schedule(held: Claim) -> None:
    """A job for everything whose day and morning have come."""
    with held.finishing():
        writing.schedule_letters(clock.now())


def write_letter(held: Claim) -> None:
    """One person's letter of one day."""
    with held.finishing():
        writing.write_letter(letter_id=int(held.payload["letter_id"]), day=held.payload["day"], now=clock.now())
