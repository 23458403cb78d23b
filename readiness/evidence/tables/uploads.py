"""What a dropped file seems to be, in words, before anything of it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.templatetags.ui_text import NARROW, grouped, tidy
from readiness.connectors.detect import BUNDLE
from readiness.evidence.models import Delivery
from readiness.evidence.services.previews import Preview
from readiness.evidence.services.uploads import Inspection

MEMBERS_SHOWN = 12


def size_text(size: int) -> str:
    """`1.4 MB`."""
    for step, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= step:
            return f"{tidy(size / step, 1)}{NARROW}{unit}"
    return f"{size}{NARROW}B"


def seen(found: Inspection, size: int, counted: Preview | None, before: Delivery | None) -> dict[str, Any]:
    """One file of the drop zone: what it is, what would come of it, and whether it was here before.

    `size` is of the whole file, of which `found` may know the beginning alone.
    """
    first = found.candidates[0] if found.candidates else None
    return {
        "name": found.name,
        "size": size_text(size),
        "label": first.label if first else "",
        "format": first.format if first and first.format not in (BUNDLE, first.tool) else "",
        "unproven": first.unproven if first else False,
        "others": [one.label for one in found.candidates[1:4]],
        "tone": _tone(found, counted),
        "says": _says(found, counted),
        "error": counted.error.partition(" Looked for ")[0] if counted and first else "",
        "flaws": list(counted.flaws) if counted else [],
        "looked_for": [{"label": label, "text": text} for label, text in found.looked_for],
        "members": list(found.members[:MEMBERS_SHOWN]),
        "more_members": _more(found),
        "before": before,
        "before_url": reverse("evidence:delivery", args=[before.pk]) if before else "",
    }


def _tone(found: Inspection, counted: Preview | None) -> str:
    if not found.candidates or (counted and counted.error):
        return "not_met"
    if counted is None:
        return "unknown"
    return "warning" if counted.flawed else "met"


def _says(found: Inspection, counted: Preview | None) -> str:
    """`12 runs, 3 of them flawed, 180 values`."""
    if not found.candidates:
        return _("No known format")
    if counted is None:
        return _("How much it holds is known once it has been read")
    if counted.error:
        return _("Nothing would come of it")
    said = [ngettext("%s run", "%s runs", counted.runs) % grouped(counted.runs)]
    if counted.flawed == counted.runs:
        said.append(ngettext("flawed", "all flawed", counted.runs))
    elif counted.flawed:
        said.append(ngettext("%s of them flawed", "%s of them flawed", counted.flawed) % grouped(counted.flawed))
    said.append(ngettext("%s value", "%s values", counted.readings) % grouped(counted.readings))
    return ", ".join(said)


def _more(found: Inspection) -> str:
    hidden = len(found.members) - MEMBERS_SHOWN
    if found.more_members:
        return _("and others")
    return ngettext("and %d more", "and %d more", hidden) % hidden if hidden > 0 else ""


def headline(files: Sequence[dict[str, Any]]) -> str:
    """What the drop zone says of all files together."""
    known = sum(1 for one in files if one["label"] and not one["error"])
    if known == len(files):
        return ngettext("%d file is recognised", "%d files are recognised", known) % known
    return _("%(known)d of %(all)d files are recognised") % {"known": known, "all": len(files)}
