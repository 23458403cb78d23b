"""One initiative's figure in words: what it says, what it rests on, and every driver as a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import isnan
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.initiatives.choices import RiskBand
from portfolio.kit.templatetags.ui_text import NARROW, grouped, tidy
from readiness.core.risk.contributions import RECORDS
from readiness.core.risk.counterfactual import Change
from readiness.core.risk.drivers import Badge
from readiness.core.risk.fit import Effect
from readiness.risk.choices import DriverState
from readiness.risk.models import ModelVersion
from readiness.risk.queries.explained import Because, Seen, State, Told
from readiness.risk.queries.replaying import Replay
from readiness.risk.rules.drivers import DRIVERS, PLACE
from readiness.risk.rules.drivers.telling import state_of
from readiness.risk.rules.explaining import Explained, Figure, is_stale

Row = dict[str, Any]
MINUS = "\u2212"
STATES = {
    DriverState.YES: gettext_lazy("a concern"), DriverState.PARTLY: gettext_lazy("partly"),
    DriverState.NO: gettext_lazy("no concern"),
    DriverState.UNKNOWN: gettext_lazy("unknown"),
}  # fmt: skip
BADGES = {
    Badge.LEARNED: gettext_lazy("learned from your outcomes"), Badge.PUBLISHED: gettext_lazy("prior from published registers"),
    Badge.OPINION: gettext_lazy("prior opinion, unvalidated"),
}  # fmt: skip
NO_FIGURE = {
    State.NOT_COMPUTED: gettext_lazy("Not computed yet: no scoring has run since this initiative came."),
    State.CLOSED: gettext_lazy("No figure: the initiative is closed. What became of it teaches the model; it is not forecast."),
    State.PRODUCTION: gettext_lazy("No figure: it has reached production, and the figure is about what comes before."),
    State.OTHER_ENGINE: gettext_lazy("The figure stands; the release that computed it can take it apart, this one cannot."),
}  # fmt: skip
BANDS = {
    RiskBand.ABOVE: gettext_lazy("Its interval lies above the portfolio's average of %(average)s."),
    RiskBand.BELOW: gettext_lazy("Its interval lies below the portfolio's average of %(average)s."),
    RiskBand.AVERAGE: gettext_lazy(
        "Its interval holds the portfolio's average of %(average)s: nobody can say yet that it is worse, or better."
    ),
}


def share(value: float) -> str:
    """`44 %`"""
    return f"{tidy(100 * value, 0)}{NARROW}%"


def span(low: float, high: float) -> str:
    """`30 to 58 %`"""
    return _("%(low)s to %(high)s") % {"low": tidy(100 * low, 0), "high": share(high)}


def points(value: float, decimals: int = 1) -> str:
    """`+2.1`, `0`, and with a minus sign what lowers: percentage points."""
    text = tidy(abs(value), decimals)
    return text if not float(f"{value:.{decimals}f}") else f"{'+' if value > 0 else MINUS}{text}"


def sentence(value: float, low: float, high: float, months: int) -> str:
    """The figure with its horizon and its interval; every page says it in these words."""
    return _("Likely abandoned before production within %(months)s months: %(value)s, 80 %% interval %(span)s") % {
        "months": months, "value": share(value), "span": span(low, high),
    }  # fmt: skip


def headline(one: Seen) -> str:
    if one.score is None:
        return str(NO_FIGURE[one.state])
    return sentence(one.score.value, one.score.low, one.score.high, one.version.horizon_months)


def told_apart(one: Seen) -> str:
    average = one.generation.average
    if average is None:
        return _("Nothing else is in flight to compare it with.")
    return str(BANDS[one.band]) % {"average": share(average)}


def rests_on(one: Seen) -> str:
    return record_of(one.version)


def record_of(version: ModelVersion) -> str:
    """How much of the organisation's own record is in the figures of a model."""
    left = sum(version.left_out.values())
    if not version.resolved:
        said = _("Reference class only: none of your initiatives that ended is used yet.")
    else:
        said = _(
            "Rests on %(used)s initiatives of your own that ended (%(abandoned)s abandoned, %(produced)s reached production), "
            "over %(months)s months of %(all)s initiatives."
        ) % {
            "used": grouped(version.resolved), "abandoned": grouped(version.abandoned), "produced": grouped(version.produced),
            "months": grouped(version.months), "all": grouped(version.initiatives),
        }  # fmt: skip
    if left:
        said += " " + ngettext("%(n)s without usable dates is left out.", "%(n)s without usable dates are left out.", left) % {
            "n": grouped(left)
        }  # fmt: skip
    return said


def counting(one: Seen) -> str:
    return counted_words(one.version.share)


def counted_words(counted: float) -> str:
    """How far drivers count in the figure; `counted` is the share of their effect."""
    if counted >= 1:
        return _("Drivers count with all of their effect in this figure.")
    if counted <= 0:
        return (
            _("Drivers count for 0 %% in this figure: your outcomes do not bear them out yet. They are opinions beside it.") % {}
        )
    return _("Drivers count for %(share)s in this figure, as far as your outcomes bear them out.") % {"share": share(counted)}


def figure(one: Seen) -> Row:
    """For ui/figure.html."""
    score, version = one.score, one.version
    assert score is not None
    return {
        "label": _("Likely abandoned before production"), "value": share(score.value),
        "interval": _("80 %% interval %(span)s") % {"span": span(score.low, score.high)},
        "base": _("within %(n)s months") % {"n": version.horizon_months}, "as_of": one.generation.at,
        "origin": _("risk model %(version)s") % {"version": version},
    }  # fmt: skip


def full_sentence(told: Told, months: int) -> str:
    """The other figure, which is not the one that is shown; "" where they are the same."""
    if told.full is None:
        return ""
    found = told.full.figure
    return _("If these opinions hold: %(value)s, 80 %% interval %(span)s, within %(months)s months") % {
        "value": share(found.value), "span": span(found.low, found.high), "months": months,
    }  # fmt: skip


def replay_line(found: Replay) -> Row:
    """Whether it came out the same."""
    if found.equal:
        text = _("Computed again from the stored inputs: %(value)s, equal to the last bit.") % {"value": repr(found.computed[0])}
    elif found.holds:
        text = _("Computed again from the stored inputs: equal to twelve digits, added up in another order.")
    else:
        text = _("Computed again from the stored inputs: it DIFFERS by %(apart)s.") % {"apart": f"{found.apart:.3g}"}
    if found.gone:
        text += " " + ngettext(
            "%(n)s initiative scored together with it is gone.", "%(n)s initiatives scored together with it are gone.", found.gone
        ) % {"n": found.gone}  # fmt: skip
    elif not found.whole:
        text += " " + _("The inputs of another initiative of that run are no longer what they were.")
    return {"text": text, "holds": found.holds and (found.whole or found.gone > 0), "digest": found.digest}


def label_of(key: str) -> str:
    if key in RECORDS:
        return (_("Own record: organisation"), _("Own record: unit"), _("Own record: stage"))[RECORDS.index(key)]
    return _(DRIVERS[PLACE[key]].label)


def badges(effects: Sequence[Effect]) -> dict[str, Badge]:
    return {one.key: one.badge for one in effects}


def address(because: Because | None, *, money: bool) -> str:
    """Where the driver's answer is changed; "" where the reader may not go there."""
    if because is None or (because.reason.route.startswith("finance:") and not money):
        return ""
    try:
        return reverse(because.reason.route, kwargs=dict(because.reason.link))
    except NoReverseMatch:
        return ""


def driver_rows(one: Seen, told: Told, why: Mapping[str, Because], today: date, *, money: bool) -> list[Row]:
    """Every driver, in the order of what it adds: shown, and in full beside it."""
    assert one.rows is not None
    shown, full = _bars(told.shown), _bars(told.full) if told.full else {}
    badge = badges(told.effects)
    rows = [
        _driver(key, float(one.rows.answers[0, place]), shown.get(key), full.get(key), why.get(key), today)
        | {"badge": BADGES[badge[key]], "learned": badge[key] is Badge.LEARNED, "url": address(why.get(key), money=money)}
        for key, place in PLACE.items()
    ]
    return sorted(rows, key=lambda row: (-abs(row["size"]), row["label"]))


def _bars(told: Explained | None) -> dict[str, Any]:
    return {bar.key: bar for bar in (*told.falls.bars, *told.falls.others)} if told else {}


def _driver(key: str, answer: float, shown: Any, full: Any, because: Because | None, today: date) -> Row:
    state, larger = state_of(answer), full or shown
    reason = because.reason if because else None
    return {
        "key": key, "label": label_of(key), "state": state.value, "answer": answer_text(answer),
        "points": points(shown.points) if shown else "", "full": points(full.points) if full else "",
        "log_odds": signed(larger.log_odds) if larger else "", "size": larger.exact if larger else 0.0,
        "sentence": _sentence(because), "as_of": reason.as_of if reason else None,
        "stale": reason is not None and is_stale(reason.as_of, today), "changed": because is not None and because.changed,
    }  # fmt: skip


def _sentence(because: Because | None) -> str:
    if because is None:
        return ""
    return because.reason.sentence if because.told else _("It is told to those who see every unit that may buy for it.")


def answer_text(answer: float) -> str:
    """`a concern`, `partly (0.4)`, `no concern`, `unknown`; yes and no of "No authorisation" are read the wrong way round."""
    state = state_of(answer)
    word = str(STATES[state])
    return word if isnan(answer) or state is not DriverState.PARTLY else f"{word} ({tidy(answer, 2)})"


def signed(value: float) -> str:
    text = tidy(abs(value), 2)
    return text if not float(f"{value:.2f}") else f"{'+' if value > 0 else MINUS}{text}"


def action_rows(actions: Sequence[Change], why: Mapping[str, Because], *, money: bool) -> list[Row]:
    """What lowers the figure most."""
    rows = []
    for change in actions:
        key = change.action.name
        because = why.get(key)
        tells = because is not None and because.told and because.reason.action
        rows.append(
            {
                "key": key, "label": label_of(key), "text": because.reason.action if tells and because else label_of(key),
                "before": share(change.before), "after": share(change.after), "points": points(100 * change.difference),
                "span": f"{points(100 * change.low)} {_('to')} {points(100 * change.high)}",
                "effort": effort_text(change.action.effort), "url": address(because, money=money),
            }
        )  # fmt: skip
    return rows


def effort_text(days: float | None) -> str:
    if days is None:
        return _("effort unknown")
    return ngettext("about %(n)s person-day", "about %(n)s person-days", round(days)) % {"n": tidy(days)}


def narrowing(told: Explained) -> str:
    """What finding out is worth: the interval as it is, and as it would be on average."""
    if told.narrowed is None:
        return _("No driver is unknown.")
    count = len(told.unknown)
    after, before = told.narrowed, told.figure
    if before.width - after.width < 0.005:
        return ngettext(
            "Resolving this %(n)s unknown would not narrow the interval of %(before)s by a point.",
            "Resolving these %(n)s unknowns would not narrow the interval of %(before)s by a point.", count,
        ) % {"n": count, "before": _ends(before)}  # fmt: skip
    return ngettext(
        "Resolving this %(n)s unknown would narrow %(before)s to %(after)s.",
        "Resolving these %(n)s unknowns would narrow %(before)s to %(after)s.", count,
    ) % {"n": count, "before": _ends(before), "after": _ends(after)}  # fmt: skip


def _ends(figure: Figure) -> str:
    """`38 % [19, 60]`"""
    return f"{share(figure.value)} [{tidy(100 * figure.low, 0)}, {tidy(100 * figure.high, 0)}]"


def unknown_rows(told: Explained, why: Mapping[str, Because], *, money: bool) -> list[Row]:
    """Drivers without an answer: what nobody knows, and where one says it."""
    found = []
    for place in told.unknown:
        key = DRIVERS[place].key
        because = why.get(key)
        found.append({"key": key, "label": label_of(key), "sentence": _sentence(because), "url": address(because, money=money)})
    return found
