"""A meeting's date and place; its time is meant in the time zone that stands beside it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.accounts.models import BusinessUnit, User
from portfolio.initiatives.forms.fields import optional, pick
from readiness.meetings.models import Meeting

WIRE = "%Y-%m-%dT%H:%M"
ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "posix/")))


class MeetingForm(forms.Form):
    """Without `meeting` a new one, which also asks for its unit."""

    unit = pick(
        gettext_lazy("Unit"),
        required=True,
        help_text=gettext_lazy("Reviews of this unit and those below it can be on the agenda."),
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    starts_at = forms.CharField(
        label=gettext_lazy("Begins"), max_length=20, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    time_zone = pick(gettext_lazy("Time zone"), required=True, help_text=gettext_lazy("Of the time above, and of the minutes."))
    place = forms.CharField(label=gettext_lazy("Place"), max_length=200, required=False)
    call_link = forms.URLField(
        label=gettext_lazy("Link of the call"), max_length=500, required=False, assume_scheme="https",
    )  # fmt: skip
    chair = pick(gettext_lazy("Chair"), help_text=gettext_lazy("Keeps attendance and notes, and may show the votes."))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, units: Iterable[BusinessUnit] = (), people: Iterable[User] = (), meeting: Meeting | None = None,
        trails: dict[int, str] | None = None, **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **more)
        self.units, self.people = {str(unit.pk): unit for unit in units}, {str(person.pk): person for person in people}
        self._offer("chair", optional([(key, str(person)) for key, person in self.people.items()]))
        here = timezone.get_current_timezone_name()
        zone = (meeting.time_zone if meeting else "") or here
        self._offer("time_zone", [(one, one) for one in dict.fromkeys([zone, here, "UTC", *ZONES])])
        self.fields["time_zone"].initial = zone
        if meeting is not None:
            del self.fields["unit"]
            self.initial = {
                "title": meeting.title, "starts_at": meeting.starts_at.astimezone(ZoneInfo(zone)).strftime(WIRE),
                "time_zone": zone, "place": meeting.place, "call_link": meeting.call_link,
                "chair": str(meeting.chair_id or ""), "version": meeting.version,
            }  # fmt: skip
        else:
            self._offer("unit", [(key, (trails or {}).get(unit.pk, str(unit))) for key, unit in self.units.items()])

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """The moment that the typed time is in its zone; a time that a clock change skips is none."""
        cleaned = super().clean() or self.cleaned_data
        zone, typed = cleaned.get("time_zone"), cleaned.get("starts_at")
        if zone and typed:
            moment = _moment(typed, ZoneInfo(zone))
            if moment is None:
                self.add_error("starts_at", _("There is no such time; write 2026-11-30T14:00."))
            else:
                cleaned["starts_at"] = moment
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What the services take."""
        given = {name: self.cleaned_data[name] for name in ("title", "starts_at", "time_zone", "place", "call_link")}
        return given | {"chair": self.people.get(self.cleaned_data["chair"])}

    @property
    def chosen_unit(self) -> BusinessUnit:
        return self.units[self.cleaned_data["unit"]]


def _moment(typed: str, zone: ZoneInfo) -> datetime | None:
    try:
        local = datetime.fromisoformat(typed)
    except ValueError:
        return None
    if local.tzinfo is not None:
        return local
    moment = local.replace(tzinfo=zone)
    return moment if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local else None
