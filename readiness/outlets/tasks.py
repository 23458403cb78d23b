"""The jobs of what leaves the cockpit."""

from __future__ import annotations

from portfolio.kit import clock
from portfolio.outbox.services import Claim
from readiness.meetings.services.packs.rendering.parent import NotPrinted, printed
from readiness.outlets.services.exports import making
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
    """A job for everything whose day and morning have come; files whose days are over go."""
    now = clock.now()
    with held.finishing():
        writing.schedule_letters(now)
        making.schedule_exports(now)
        making.remove_old(now)
        making.give_up(now)
        printing.give_up(now)


def write_letter(held: Claim) -> None:
    """One person's letter of one day."""
    with held.finishing():
        writing.write_letter(letter_id=int(held.payload["letter_id"]), day=held.payload["day"], now=clock.now())


def make_export(held: Claim) -> None:
    """One file of an export; the row says that it is there only once it is."""
    file = making.begin(int(held.payload["file_id"]))
    if file is None:
        return
    try:
        made, paths = making.produce(file)
    except making.NotMade as refused:
        with held.finishing():
            making.refuse(file, str(refused))
        return
    making.put(file, made)
    with held.finishing():
        making.keep(file, made, paths, clock.now())
