"""What is said to a person whose answer cannot be taken."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from readiness.workloads.rules.values import Code, Fault

MESSAGES = {
    Code.NO_SUCH_FIELD: _("There is no such value."),
    Code.NOT_ASKED: _("%(label)s does not count for a workload of this kind."),
    Code.REQUIRED: _("A sizing needs it: say that it is unknown, and who finds out."),
    Code.VALUE_MISSING: _("A known value needs its number."),
    Code.HALF_A_RANGE: _("A range needs both its ends."),
    Code.RANGE_WITHOUT_VALUE: _("Say also what is likely between them."),
    Code.RANGE_ORDER: _("The value must lie between low and high."),
    Code.NOT_FINITE: _("This is no number."),
    Code.TOO_LOW: _("At least %(least)s %(unit)s."),
    Code.TOO_HIGH: _("At most %(most)s %(unit)s."),
    Code.NOT_WHOLE: _("Whole %(unit)s only."),
    Code.DUE_WITHOUT_OWNER: _("A due date needs somebody who finds it out."),
}


def message(fault: Fault) -> str:
    """The fault in the reader's language."""
    return str(MESSAGES[fault.code] % fault.values) if fault.values else str(MESSAGES[fault.code])
