"""The one best thing to do about a trouble, in words."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readiness.dashboards.rules.help import InTrouble, Reason
from readiness.risk.rules.drivers import DRIVERS, PLACE

# Of the gravest trouble; where nothing is on record, of the driver that pushes the figure up most.
_ACTS = {
    Reason.GATE: gettext_lazy("Bring what the gate's criteria miss, or decide to stop"),
    Reason.CONDITION: gettext_lazy("Have the condition proven, or decide again"),
    Reason.NOT_MET: gettext_lazy("Size it again with what was measured"),
    Reason.RED: gettext_lazy("Ask the owner what the red note needs"),
    Reason.STALLED: gettext_lazy("Put it before its gate: go on, hold or stop"),
    Reason.MILESTONE: gettext_lazy("Set a new date that holds, or decide again"),
    Reason.STALE: gettext_lazy("Have it measured again"),
    Reason.UNKNOWN: gettext_lazy("Find out what nobody knows: name who does it, and by when"),
    Reason.NOBODY: gettext_lazy("Name somebody who answers for it"),
}


def best(one: InTrouble) -> tuple[str, str]:
    """(words, address) of what helps most."""
    if one.troubles:
        gravest = one.troubles[0]
        return str(_ACTS[gravest.reason]), _address(one, gravest.reason, gravest.ref)
    known = [key for key in one.drivers if key in PLACE]
    if known:
        label = _(DRIVERS[PLACE[known[0]]].label)
        return _("Look at what pushes it up most: %s") % label, reverse("risk:initiative", args=[one.id])
    return _("Decide at its next gate whether it goes on"), reverse("initiatives:detail", args=[one.id])


def _address(one: InTrouble, reason: Reason, ref: int | None) -> str:
    if reason in (Reason.GATE, Reason.CONDITION) and ref:
        return reverse("gates:review", args=[ref])
    if reason in (Reason.NOT_MET, Reason.STALE, Reason.UNKNOWN):
        return reverse("evidence:initiative", args=[one.id])
    return reverse("initiatives:detail", args=[one.id])
