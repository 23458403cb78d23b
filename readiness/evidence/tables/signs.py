"""How a source fares and where a delivery stands, as chips: word, icon and a tone of the palette; and what to do about it."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from readiness.evidence.choices import DeliveryState, Failure, Health, SourceKind
from readiness.evidence.tables.labels import Text


class Sign(NamedTuple):
    """`tone` is one of the verdicts' colours, "" for none."""

    word: Text
    icon: str
    tone: str = ""


HEALTH: dict[str, Sign] = {
    Health.HEALTHY: Sign(_("Healthy"), "check", "met"),
    Health.LATE: Sign(_("Late"), "clock", "stale"),
    Health.FAILING: Sign(_("Failing"), "alert-triangle", "warning"),
    Health.STOPPED: Sign(_("Stopped"), "player-stop", "not_met"),
    Health.PAUSED: Sign(_("Paused"), "player-pause", "not_applicable"),
    Health.NEVER: Sign(_("Nothing yet"), "circle-dashed", "unknown"),
}
# Nobody asks these, so their health says only that something came, and how.
BROUGHT_BY = {
    SourceKind.UPLOAD: Sign(_("Brought by people"), "upload"),
    SourceKind.ATTESTED: Sign(_("Attested by people"), "file-text"),
    SourceKind.PUSH: Sign(_("Pushed by tools"), "send"),
}
RETIRED = Sign(_("Retired"), "archive", "not_applicable")
STATES: dict[str, Sign] = {
    DeliveryState.QUEUED: Sign(_("Waiting"), "clock"),
    DeliveryState.RUNNING: Sign(_("Running"), "refresh"),
    DeliveryState.DONE: Sign(_("Done"), "check", "met"),
    DeliveryState.PARTLY: Sign(_("Partly"), "alert-triangle", "warning"),
    DeliveryState.FAILED: Sign(_("Failed"), "x", "not_met"),
    DeliveryState.DROPPED: Sign(_("Dropped"), "minus", "not_applicable"),
}
# The word for a failure, and the next step.
FAILURES: dict[str, tuple[Text, Text]] = {
    Failure.RETRY: (
        _("no answer"),
        _("It is tried again by itself, after a longer wait each time. If it lasts, ask whoever runs that server."),
    ),
    Failure.MEND: (_("to be mended"), _("Trying again will not help: mend the settings, then test them.")),
    Failure.LOOK: (_("unreadable"), _("The other side answers what cannot be read. Look at it there, then pull again.")),
    Failure.TOO_LONG: (_("too much"), _("It took longer or brought more than it may. Ask for less, or raise the budget.")),
    Failure.BROKEN: (_("broken off"), _("The work on it broke off in every attempt. An administrator can look at the job.")),
}
