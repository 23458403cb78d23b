"""Words that forms and pages share, and what is said to a person whose number, text or table cannot be taken."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from readiness.core.sizing.inputs import Grade
from readiness.sizing.choices import Approach, PointFault, Unread
from readiness.sizing.rules.points import LineFault

Text = str | Promise

GRADES: dict[str, Text] = {
    Grade.SWEEP: _("full sweep"),
    Grade.TWO_POINTS: _("two points"),
    Grade.SATURATION: _("saturation only"),
    Grade.NOTHING: _("nothing measured"),
}
APPROACHES: dict[str, Text] = {
    Approach.SELF_HOSTED: _("Self-hosted model"),
    Approach.WORKERS: _("Classic model on workers"),
    Approach.API: _("Model behind an API"),
}
UNREAD: dict[str, Text] = {
    Unread.NOT_A_NUMBER: _("This is no number: write 4, a range 2..8, or ? for not known."),
    Unread.NOT_FINITE: _("This number is too large to be one."),
    Unread.NO_SUCH_CHOICE: _("There is no such choice."),
    Unread.OUT_OF_RANGE: _("This is outside of what is possible."),
}
POINT_FAULTS: dict[str, Text] = {
    PointFault.EMPTY: _("There is no point in it."),
    PointFault.TOO_LONG: _("At most 500 points at once."),
    PointFault.NO_THROUGHPUT_COLUMN: _("A column with the completed requests per second is needed, such as completed_per_s."),
    PointFault.NO_THROUGHPUT: _("The completed requests per second are missing."),
    PointFault.TOO_MANY_CELLS: _("It has more cells than the header."),
    PointFault.NOT_A_NUMBER: _("“%(text)s” is no number."),
    PointFault.NO_SUCH_FIGURE: _("“%(text)s” is no figure of a point."),
    PointFault.NEGATIVE: _("“%(text)s” is negative."),
    PointFault.TOO_HIGH: _("“%(text)s” is too high to be true."),
}


def line_message(fault: LineFault) -> str:
    """`Line 3: ...` in the reader's language."""
    why = str(POINT_FAULTS[fault.code]) % {"text": fault.text}
    return _now("Line %(line)d: %(why)s") % {"line": fault.line, "why": why}
