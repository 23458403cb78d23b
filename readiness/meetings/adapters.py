"""Meetings as calendars understand them (RFC 5545 and 5546), written by the icalendar package."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from icalendar import Calendar, Event, vCalAddress, vText

PRODUCT = "-//Pilotage//Gate meetings//EN"


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


@dataclass(frozen=True, slots=True)
class Entry:
    """`uid` never changes; of two entries with one uid, calendars keep the one of the higher `sequence`."""

    uid: str
    sequence: int
    begins: datetime
    ends: datetime
    stamp: datetime
    summary: str
    url: str
    place: str = ""
    call_link: str = ""
    description: str = ""
    cancelled: bool = False


def invitation(entry: Entry, *, method: Method, organizer: tuple[str, str], attendee: tuple[str, str]) -> bytes:
    """One meeting for one person; names nobody else, because an address is nobody else's business.

    `organizer` and `attendee` are (name, mail address).
    """
    calendar = _calendar(method)
    event = _event(entry)
    event.add("organizer", _address(*organizer), encode=False)
    guest = _address(*attendee)
    guest.params["ROLE"] = vText("REQ-PARTICIPANT")
    guest.params["PARTSTAT"] = vText("NEEDS-ACTION")
    event.add("attendee", guest, encode=False)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def feed(entries: Iterable[Entry], *, name: str) -> bytes:
    """Many meetings, to be read again and again."""
    calendar = _calendar(Method.PUBLISH)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval;value=duration", "PT1H", encode=False)
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _calendar(method: Method) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    return calendar


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamp.astimezone(UTC))
    event.add("dtstart", entry.begins.astimezone(UTC))
    event.add("dtend", entry.ends.astimezone(UTC))
    event.add("summary", entry.summary)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("url", entry.url)
    if where := ", ".join(part for part in (entry.place, entry.call_link) if part):
        event.add("location", where)
    if entry.description:
        event.add("description", entry.description)
    return event


def _address(name: str, mail: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{mail}")
    address.params["CN"] = vText(name)
    return address
