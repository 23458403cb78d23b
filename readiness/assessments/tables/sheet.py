"""The page of one assessment: its sentence, figures, picture, the way through its dimensions, what stands in the way."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readiness.assessments.choices import Dimension, Phase, Reply
from readiness.assessments.models import AssessmentAnswer
from readiness.assessments.queries.sheets import Past, Sheet
from readiness.assessments.rules.phases import Next
from readiness.assessments.rules.scores import Score, by_dimension, counting, score
from readiness.assessments.tables.words import DIMENSIONS, PHASES, REPLIES, TONES, ends, span


def headline(going: Next, found: Score | None) -> str:
    """The one sentence: how ready for what, and how much of that nobody knows."""
    aim = _("Production") if going.unknown else going.name
    if found is None:
        return _("Not assessed yet: whether its infrastructure is ready for %s is unknown") % aim
    if not found.applicable:
        return _("No question applies to %s") % aim
    return f"{_aimed(going, aim) % {'span': span(found), 'aim': aim}}; {_open_questions(found)}"


def _aimed(going: Next, aim: str) -> str:
    if going.unknown:
        return _("%(span)s ready for %(aim)s, which is asked because nobody knows its stage")
    return _("%(span)s ready to stay in %(aim)s") if going.reached else _("%(span)s ready for %(aim)s")


def _open_questions(found: Score) -> str:
    if not found.unknown:
        said = _("every question is answered")
        return said if not found.blocking_no else f"{said}, {_blocking_no(found)}"
    said = ngettext("%d question unknown", "%d questions unknown", found.unknown) % found.unknown
    if found.blocking_unknown:
        said += ", " + ngettext("%d of them blocks", "%d of them block", found.blocking_unknown) % found.blocking_unknown
    return said if not found.blocking_no else f"{said}, {_blocking_no(found)}"


def _blocking_no(found: Score) -> str:
    count = found.blocking_no
    return ngettext("%d blocking one is answered no", "%d blocking ones are answered no", count) % count


def aimed_score(sheet: Sheet, phase: Phase | None) -> Score | None:
    """The score of what counts for `phase` (None: of every question); None where nothing was assessed."""
    if sheet.assessment is None:
        return None
    return score(counting(sheet.asked, phase), sheet.replies)


def figures(sheet: Sheet, found: Score, aim: str) -> list[dict[str, Any]]:
    """At most five, each with its base."""
    bare = sum(1 for answer in sheet.answers.values() if unproven(answer))
    made: list[dict[str, Any]] = [
        {
            "label": _("Ready for %s") % aim,
            "value": span(found) if found.applicable else None,
            "base": _("of the weight of %d questions") % (found.asked - found.replies[Reply.NOT_APPLICABLE]),
            "note": _("Unknown counts as no at the low end and as yes at the high end; not applicable leaves both."),
        },
        {"label": _("Answered"), "value": found.answered, "base": _("of %d questions") % found.asked},
        {
            "label": _("Unknown"),
            "value": found.unknown,
            "base": _("%d of them blocking") % found.blocking_unknown,
            "note": _("A question of weight 3 blocks: while it is unknown or no, it stands in the way of the next stage."),
        },
        {"label": _("No"), "value": found.replies[Reply.NO], "base": _("%d of them blocking") % found.blocking_no},
    ]
    if sheet.carried:
        base = _("from an earlier assessment")
        made.append({"label": _("Carried over, not confirmed"), "value": len(sheet.carried), "base": base})
    elif bare:
        base = _("with neither note nor evidence")
        made.append({"label": _("Yes or partly, unproven"), "value": bare, "base": base})
    return made


def unproven(answer: AssessmentAnswer | None) -> bool:
    """Whether somebody says that it is so and gives nothing that shows it."""
    if answer is None or answer.reply not in (Reply.YES, Reply.PARTLY):
        return False
    return not answer.note and not answer.evidence_url


def picture(scores: dict[Dimension, Score], aim: str, here: str) -> dict[str, Any]:
    """Interval bars by dimension; those to which no question applies are named in the summary and not drawn."""
    drawn = {dimension: found for dimension, found in scores.items() if found.applicable}
    rows = []
    for dimension, found in drawn.items():
        low, high = ends(found)
        base = _("%(answered)d of %(asked)d answered") % {"answered": found.answered, "asked": found.asked}
        url = f"{here}?{urlencode({'dimension': dimension.value})}#questions"
        row: dict[str, Any] = {"label": str(DIMENSIONS[dimension]), "low": low, "high": high, "base": base, "url": url}
        rows.append(row | ({"mid": low} if low == high else {}))
    return {
        "kind": "interval",
        "title": _("Ready for %s, by dimension") % aim,
        "unit": "%",
        "max": 100,
        "category_label": _("Dimension"),
        "rows": rows,
        "summary": _summary(drawn, len(scores) - len(drawn)),
    }


def _summary(drawn: dict[Dimension, Score], left_out: int) -> str:
    said = []
    if drawn:
        weakest = min(drawn, key=lambda dimension: (drawn[dimension].low or 0.0, drawn[dimension].high or 0.0))
        widest = max(drawn, key=lambda dimension: (drawn[dimension].high or 0.0) - (drawn[dimension].low or 0.0))
        said.append(_("Weakest: %(name)s, %(span)s.") % _named(weakest, drawn))
        if drawn[widest].unknown:
            said.append(_("Least known: %(name)s, %(span)s.") % _named(widest, drawn))
    if left_out:
        said.append(
            ngettext("%d dimension has no question that applies.", "%d dimensions have no question that applies.", left_out)
            % left_out
        )
    return " ".join(said)


def _named(dimension: Dimension, scores: dict[Dimension, Score]) -> dict[str, str]:
    return {"name": str(DIMENSIONS[dimension]), "span": span(scores[dimension])}


def ways(sheet: Sheet, here: str, chosen: Dimension, phase: Phase | None, given: str) -> list[dict[str, Any]]:
    """The dimensions with their progress; `given` is the phase of the address, kept in the links."""
    scores = by_dimension(counting(sheet.asked, phase), sheet.replies)
    every = by_dimension(sheet.asked, sheet.replies)
    made = []
    for dimension, found in scores.items():
        if not every[dimension].asked:
            continue
        query = {"dimension": dimension.value} | ({"phase": given} if given else {})
        made.append(
            {
                "label": DIMENSIONS[dimension],
                "url": f"{here}?{urlencode(query)}#questions",
                "active": dimension is chosen,
                "answered": every[dimension].answered,
                "asked": every[dimension].asked,
                "span": span(found),
                "blocking": found.blocking,
            }
        )
    return made


def phase_tabs(sheet: Sheet, here: str, chosen: Phase | None) -> list[dict[str, Any]]:
    """How ready it is for each part of the way, and for all questions together; links that change what the page is about."""
    made = []
    for phase in (*Phase, None):
        found = aimed_score(sheet, phase)
        name = str(PHASES[phase]) if phase else _("All questions")
        label = f"{name} {span(found) if found else ''}".strip()
        made.append({"label": label, "url": f"{here}?phase={phase or 'all'}", "active": phase is chosen})
    return made


def blockers(sheet: Sheet, phase: Phase | None, here: str) -> list[dict[str, Any]]:
    """Blocking questions that are no or unknown, in the bank's order: what to do first."""
    replies = sheet.replies
    made = []
    for question, asked in zip(sheet.questions, sheet.asked, strict=True):
        reply = replies.get(asked.key, Reply.UNKNOWN)
        counts = phase is None or phase in asked.phases
        if not (asked.blocks and counts and reply in (Reply.NO, Reply.UNKNOWN)):
            continue
        answer = sheet.answers.get(asked.key)
        query = urlencode({"dimension": asked.dimension.value})
        made.append(
            {
                "text": question.text,
                "dimension": DIMENSIONS[asked.dimension],
                "tone": TONES[reply],
                "reply": REPLIES[reply],
                "owner": str(answer.owner) if answer and answer.owner else "",
                "due": answer.due if answer else None,
                "url": f"{here}?{query}#q-{asked.key}",
            }
        )
    return made


def history_rows(pk: int, history: list[Past]) -> list[dict[str, Any]]:
    """Newest first, each with the way to it and to what changed since the one before."""
    numbers = sorted(past.number for past in history)
    made = []
    for past in history:
        earlier = [number for number in numbers if number < past.number]
        made.append(
            {
                "past": past,
                "span": span(past.whole),
                "url": reverse("assessments:assessment", args=[pk, past.number]),
                "changes_url": reverse("assessments:changes", args=[pk, past.number]) if earlier else "",
                "before": max(earlier, default=0),
            }
        )
    return made
