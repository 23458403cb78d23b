"""The model card in words: the figure's definition, its drivers, and the own record beside what is published."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.kit.templatetags.ui_text import DASH, NARROW, grouped, interval, tidy
from portfolio.outbox.models import Job
from readiness.core.risk.drivers import Badge
from readiness.core.risk.fit import Effect
from readiness.risk.choices import DIMENSION_LABELS
from readiness.risk.queries.card import Answered, Card
from readiness.risk.rules.careers import LEFT_OUT_WORDS
from readiness.risk.rules.drivers import DRIVERS, DriverSpec
from readiness.risk.tables.words import share_text

Row = dict[str, Any]
BADGES = {
    Badge.LEARNED: gettext_lazy("learned from your outcomes"), Badge.PUBLISHED: gettext_lazy("prior from published registers"),
    Badge.OPINION: gettext_lazy("prior opinion, unvalidated"),
}  # fmt: skip
SOURCES = {
    True: gettext_lazy("US federal AI inventories of 2023 and 2024, followed to 2026"),
    False: gettext_lazy("our opinion: no register holds outcomes for it"),
}
SAYS = (
    (gettext_lazy("What it says"), gettext_lazy("How likely an initiative is abandoned before it reaches production.")),
    (
        gettext_lazy("Abandoned"),
        gettext_lazy(
            "Stopped by decision, drifted, or abandoned of unknown kind (imports). Not: merged, replaced, out of scope, "
            "reorganised, and retired after production."
        ),
    ),
    (
        gettext_lazy("Horizon"),
        gettext_lazy("%(n)s months from the day of the figure. It is an assumption, so it is printed wherever the figure is."),
    ),
    (
        gettext_lazy("Of whom"),
        gettext_lazy(
            "Initiatives in flight: not closed, and before production or of unknown stage. No figure for those that are closed "
            "or in production."
        ),
    ),
    (
        gettext_lazy("Interval"),
        gettext_lazy("80 %%: so often the true probability should lie inside. An unknown answer widens it and is no penalty."),
    ),
    (
        gettext_lazy("Association"),
        gettext_lazy("Drivers are associated with abandonment. Nothing here says that they cause it."),
    ),
)
NAMES = {"risk.refit": "learn", "risk.backtest": "backtest"}
JOB_LABELS = {"risk.refit": gettext_lazy("Learning anew"), "risk.backtest": gettext_lazy("Backtest")}


def share(value: float) -> str:
    """`44 %`"""
    return f"{tidy(100 * value, 0)}{NARROW}%"


def span(low: float, high: float) -> str:
    """`30-58 %`, with a dash."""
    return interval(round(100 * low), round(100 * high), "%")


def months(card: Card) -> int:
    return card.version.horizon_months if card.version else card.published.horizon_months


def headline(card: Card) -> str:
    version = card.version
    if version is None:
        return _("P(abandoned before production within %(n)s months), from published shares until your own record says more.") % {
            "n": months(card)
        }  # fmt: skip
    if not version.resolved:
        return _("Reference class only: nothing of your own has ended yet, so every initiative has the same figure.")
    return _("It has learned from %(ended)s initiatives that ended; drivers count for %(share)s in its figures.") % {
        "ended": grouped(version.resolved), "share": share(version.share),
    }  # fmt: skip


def says(card: Card) -> list[Row]:
    """Definition, horizon, denominator and interval: what a figure means wherever it stands."""
    return [{"term": term, "text": str(text) % {"n": months(card)}} for term, text in SAYS]


def strip(card: Card) -> list[Row]:
    """At most five figures for the top."""
    shares, n = card.published, months(card)
    found: list[Row] = [
        {
            "label": _("Published rate"), "value": share(shares.abandoned), "base": _("within %(n)s months") % {"n": n},
            "origin": _("reference statistics"),
            "note": _("Of projects between proof of concept and production; a survey's self-report."),
        }
    ]  # fmt: skip
    version = card.version
    if version is None:
        return found
    ended = card.ended
    found.append(
        {
            "label": _("Own share of ended"), "value": share(ended.value) if ended else None,
            "base": _("%(part)s of %(all)s abandoned") % {"part": version.abandoned, "all": version.resolved},
            "interval": span(ended.low, ended.high) if ended else "",
            "note": _("95 % Wilson interval") if ended else _("nothing has ended yet"), "as_of": version.at,
        }
    )  # fmt: skip
    found.append(
        {
            "label": _("Drivers count for"), "value": share(version.share),
            "note": _("Their share in every figure, as far as your outcomes bear them out."), "origin": str(version),
            "as_of": version.at,
        }
    )  # fmt: skip
    return found


def counting(card: Card) -> str:
    """The log of the Bayes factor, in words."""
    version = card.version
    if version is None or not version.resolved:
        return _("Nothing has ended yet, so nothing speaks for or against drivers. They count for nothing in the figure.")
    odds = tidy(exp(min(abs(version.log_factor), 20.0)), 1)
    if version.log_factor <= 0:
        return _("Your outcomes speak %(odds)s to 1 against the form with drivers, so they count for 0 %% in every figure.") % {
            "odds": odds
        }  # fmt: skip
    return _("Your outcomes speak %(odds)s to 1 for the form with drivers, so drivers count for %(share)s of their effect.") % {
        "odds": odds, "share": share(version.share),
    }  # fmt: skip


def driver_rows(card: Card) -> list[Row]:
    """Every driver: what it reads, its prior, and what the outcomes made of it where the reader holds the whole."""
    return [_driver(spec, card.effects.get(spec.key), card.answered.get(spec.key)) for spec in DRIVERS]


def _driver(spec: DriverSpec, effect: Effect | None, answered: Answered | None) -> Row:
    prior, badge = spec.prior, effect.badge if effect else spec.prior.badge
    return {
        "key": spec.key, "label": spec.label, "dimension": DIMENSION_LABELS[spec.dimension], "reads": first_sentence(spec),
        "prior": _ratio(prior.mean, prior.mean - 1.2816 * prior.sd, prior.mean + 1.2816 * prior.sd),
        "effect": _ratio(effect.value, effect.low, effect.high) if effect else "", "badge": BADGES[badge],
        "learned": badge is Badge.LEARNED, "answered": answered, "source": SOURCES[prior.validated],
    }  # fmt: skip


def first_sentence(spec: DriverSpec) -> str:
    """What the answer is computed from: the promise of the function that computes it, in its first sentence."""
    text = " ".join((spec.answer.__doc__ or "").split())
    return text.split(". ")[0].rstrip(".").replace("`", "").replace("NaN", "unknown")


def _ratio(value: float, low: float, high: float) -> str:
    """An odds ratio with its 80 % interval: `1.5 (0.9-2.5)`, with a dash."""
    return f"{tidy(exp(value), 2)} ({tidy(exp(low), 2)}{DASH}{tidy(exp(high), 2)})"


def own_against_published(card: Card) -> str:
    """The own share of those that ended beside the published one, both with their base."""
    shares, ended = card.published, card.ended
    of_ended = shares.abandoned / (shares.abandoned + shares.produced)
    if ended is None:
        return _("None of yours has ended. Published: %(published)s abandoned of those that ended within %(n)s months.") % {
            "published": share(of_ended), "n": months(card),
        }  # fmt: skip
    return _(
        "Of %(all)s of yours that ended, %(part)s were abandoned (%(share)s, 95 %% interval). Published: %(published)s of those "
        "that ended within %(n)s months."
    ) % {
        "all": grouped(ended.whole), "part": grouped(ended.part), "share": share_text(ended.value, ended.low, ended.high),
        "published": share(of_ended), "n": months(card),
    }  # fmt: skip


def level_chart(card: Card) -> Row | None:
    """What the model makes of it: the level of each top unit beside the reference class."""
    if not card.levels or card.version is None or not card.version.resolved:
        return None
    rows = [
        {
            "label": one.name, "mid": round(100 * one.value, 1), "low": round(100 * one.low, 1), "high": round(100 * one.high, 1),
            "base": _("average initiative, within %(n)s months") % {"n": months(card)},
        }
        for one in card.levels
    ]  # fmt: skip
    return {
        "kind": "interval", "title": _("Own level beside the published rate"), "unit": "%", "max": 100, "rows": rows,
        "category_label": _("Top unit"),
        "markers": [{"value": round(100 * card.published.abandoned, 1), "label": _("published")}],
        "summary": _("P(abandoned within %(n)s months) of an average initiative, own record shrunk to the published rate.")
        % {"n": months(card)},
        "source": _("risk model %(version)s, 80 %% interval") % {"version": card.version},
    }  # fmt: skip


def saw(card: Card) -> str:
    """What was learned from."""
    version = card.version
    if version is None:
        return ""
    return _(
        "%(initiatives)s initiatives over %(months)s months at risk until %(until)s: %(abandoned)s were abandoned, %(produced)s "
        "reached production, the others were still in flight or left otherwise."
    ) % {
        "initiatives": grouped(version.initiatives), "months": grouped(version.months), "until": version.known_on,
        "abandoned": grouped(version.abandoned), "produced": grouped(version.produced),
    }  # fmt: skip


def left_out(card: Card) -> list[Row]:
    """Initiatives without an age, by the reason."""
    reasons = card.version.left_out if card.version else {}
    words = {str(reason): text for reason, text in LEFT_OUT_WORDS.items()}
    return [{"reason": _(words.get(reason, reason)), "n": n} for reason, n in sorted(reasons.items(), key=lambda one: -one[1])]


def version_rows(card: Card) -> list[Row]:
    return [
        {
            "version": one, "share": share(one.share), "digest": one.digest[:12],
            "ended": _("%(part)s of %(all)s abandoned") % {"part": one.abandoned, "all": one.resolved},
        }
        for one in card.versions
    ]  # fmt: skip


def job_rows(jobs: Iterable[Job]) -> list[Row]:
    """As ui/progress.html takes them; a job that is done says when."""
    return [
        {
            "handler": job.handler, "label": JOB_LABELS[job.handler], "state": _state(job), "at": job.done_at or job.created_at,
            "url": reverse("risk:model_job", args=[NAMES[job.handler]]), "id": f"job-{job.handler.replace('.', '-')}",
        }
        for job in jobs
    ]  # fmt: skip


def _state(job: Job) -> str:
    if job.done_at is not None:
        return "done"
    return "failed" if job.dead_at is not None else "running" if job.attempt else "waiting"
