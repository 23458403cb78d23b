"""A profile as the workload page shows it: questions, groups and rows, each row with everything the template prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.accounts.models import User
from portfolio.kit.templatetags import ui_text
from readiness.core.sizing.inputs import Task
from readiness.workloads.choices import Knowledge, Origin
from readiness.workloads.models import ProfileValue
from readiness.workloads.queries.profiles import Profile
from readiness.workloads.rules.demand import arrival_from_users
from readiness.workloads.rules.fields import BY_NAME, DEMANDS, SCALE, Field
from readiness.workloads.rules.units import factor
from readiness.workloads.rules.values import PERCENTILE_OF, TARGET_OF, rate_is_derived
from readiness.workloads.tables.labels import GROUPS, ORIGINS, translated, unit_of
from readiness.workloads.tables.numbers import shown, span

QUESTIONS = (
    (SCALE, gettext_lazy("What is the workload at scale?")),
    (DEMANDS, gettext_lazy("What does it demand?")),
)
RATE, RATE_FROM = "arrival_per_s", ("users", "requests_per_user_day", "busy_hours_per_day")
_OPEN = frozenset(RATE_FROM)  # shown among the needed ones: the way to a load that everybody can go


@dataclass(frozen=True, slots=True)
class Row:
    """One value. `now` is what its fields hold (forms.values.Typed), `kept` what is stored, `errors` why it was not taken.

    `waits`: "known" was chosen and the number comes next.
    """

    one: Field
    now: Any
    kept: ProfileValue | None
    base: str
    share_label: str = ""
    errors: tuple[str, ...] = ()
    derived: str = ""
    today: date | None = None
    saved: str = ""
    conflict: str = ""
    waits: bool = False

    @property
    def name(self) -> str:
        return self.one.name

    @property
    def label(self) -> str:
        return translated(self.one.label)

    @property
    def why(self) -> str:
        return translated(self.one.why)

    @property
    def helps(self) -> str:
        return translated(self.one.helps)

    @property
    def unit(self) -> str:
        return unit_of(self.one.unit)

    @property
    def assumed(self) -> bool:
        """A template's number that nobody answered yet."""
        value = self.kept
        unknown = value is not None and value.knowledge == Knowledge.UNKNOWN
        return unknown and value is not None and value.origin == Origin.TEMPLATE and value.value is not None

    @property
    def assumption(self) -> str:
        """`1,000 people (200 to 4,000)`."""
        value = self.kept
        if value is None or value.value is None:
            return ""
        text = f"{shown(value.value, self.one.unit)} {self.unit}"
        ranged = value.low is not None and value.high is not None and value.low != value.high
        return f"{text} ({span(value.low, value.high, self.one.unit)})" if ranged else text  # type: ignore[arg-type]

    @property
    def likely(self) -> str:
        """The assumed number alone, for the button that confirms it."""
        return shown(self.kept.value, self.one.unit) if self.kept and self.kept.value is not None else ""

    @property
    def plausible(self) -> str:
        """What a sizing takes while nobody has answered."""
        low, _likely, high = self.one.plausible
        return span(low, high, self.one.unit)

    @property
    def hint(self) -> str:
        """What stands in the empty field, in grey; nothing where another number than the assumed one follows."""
        if self.derived:
            return ""
        number = self.kept.value if self.kept and self.assumed else self.one.plausible[1]
        return _("about %s") % shown(number, self.one.unit)

    @property
    def state(self) -> str:
        """known, not_applicable, unknown (said so), assumed, derived, missing (needed, nobody answered) or open."""
        if self.kept is not None and not self.assumed:
            return str(self.kept.knowledge)
        if self.derived:
            return "derived"
        if self.assumed:
            return "assumed"
        return "missing" if self.one.required else "open"

    @property
    def said(self) -> str:
        """The value in words, for those who may not change it and for the merge page."""
        return in_words(self.kept, self.one)

    @property
    def beside(self) -> str:
        """What stands beside a known number: the range it was measured with, and where it comes from."""
        value = self.kept
        if value is None or value.knowledge != Knowledge.KNOWN:
            return ""
        ranged = value.low is not None and value.high is not None and value.low != value.high
        origin = str(ORIGINS[value.origin]) if value.origin != Origin.STATED else ""
        parts = [
            span(value.low, value.high, self.one.unit) if ranged else "",  # type: ignore[arg-type]
            value.note or origin,  # the note of a log names its file
        ]
        return "; ".join(part for part in parts if part)

    @property
    def overdue(self) -> bool:
        due = self.kept.due if self.kept else None
        return due is not None and self.today is not None and due < self.today

    @property
    def bounds(self) -> Mapping[str, str]:
        """What the browser checks before the server does."""
        scale = factor(self.one.unit)
        return {"min": f"{self.one.least * scale:.12g}", "max": f"{self.one.most * scale:.12g}"}

    @property
    def may_be_absent(self) -> bool:
        return not self.one.required


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one heading; `more` are those that may wait, folded away."""

    label: str
    key: str
    rows: list[Row] = field(default_factory=list)
    more: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the profile is; `total` are the values that are answered or that somebody must still find out."""

    answered: int
    owned: int
    unowned: int

    @property
    def total(self) -> int:
        return self.answered + self.owned + self.unowned

    @property
    def sentence(self) -> str:
        parts = [_("%(n)d of %(total)d answered") % {"n": self.answered, "total": self.total}]
        if self.owned:
            parts.append(_("%d unknown with an owner") % self.owned)
        if self.unowned:
            parts.append(_("%d unknown without an owner") % self.unowned)
        return ", ".join(parts)


def progress(seen: Profile) -> Progress:
    """Counted over the questions; a percentile belongs to its target and is none of its own, unless nobody knows it."""
    unknown = seen.unknown
    asked = [one.name for one in seen.fields if one.name not in TARGET_OF]
    answered = sum(1 for name in asked if name in seen.values and seen.values[name].knowledge != Knowledge.UNKNOWN)
    answered += 1 if rate_is_derived(seen.plain_values) and RATE in asked else 0
    owned = sum(1 for name in unknown if name in seen.values and seen.values[name].owner_id)
    return Progress(answered, owned, len(unknown) - owned)


def questions(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The first two questions with their groups."""
    found = list(rows)
    return [
        {"number": number, "key": key, "title": title, "groups": _groups(row for row in found if row.one.question == key)}
        for number, (key, title) in enumerate(QUESTIONS, start=1)
    ]


def _groups(rows: Iterable[Row]) -> list[Group]:
    groups: dict[str, Group] = {}
    for row in rows:
        name = row.one.group
        group = groups.setdefault(name, Group(str(GROUPS.get(name, name)), name.lower().replace(" ", "-")))
        folded = not (row.one.required or row.name in _OPEN or row.errors) and _may_wait(row)
        (group.more if folded else group.rows).append(row)
    return list(groups.values())


def _may_wait(row: Row) -> bool:
    """Optional and not answered by anybody; of what it demands, an assumed target is shown, because people decide on it."""
    return row.state == "open" or (row.state == "assumed" and row.one.question == SCALE)


def asked_rows(seen: Profile) -> list[Field]:
    """The fields that are rows of their own, in order."""
    return [one for one in seen.fields if one.name not in TARGET_OF]


def share_label(one: Field) -> str:
    """The words beside a target's percentile, "" for a value without one."""
    return _("of requests") if one.name in PERCENTILE_OF else ""


def derived_rate(seen: Profile) -> str:
    """`0.35 per second`, where people, requests and hours give the arrival rate."""
    values = seen.plain_values
    rate = arrival_from_users(values)
    if rate is None or RATE not in {one.name for one in seen.fields}:
        return ""
    stated = seen.values.get(RATE)
    if stated is not None and stated.knowledge != Knowledge.UNKNOWN:
        return ""
    text = f"{shown(rate.likely)} {unit_of(BY_NAME[RATE].unit)}"
    return text if rate.low == rate.high else f"{text} ({span(rate.low, rate.high)})"


def in_words(value: ProfileValue | None, one: Field, owner: User | None = None) -> str:
    """`1,000 people (200 to 4,000)`, `we do not know; Ada finds out by 12 Mar`, `not applicable`, `not answered`."""
    if value is None:
        return _("not answered")
    if value.knowledge == Knowledge.NOT_APPLICABLE:
        return _("not applicable")
    number = f"{shown(value.value, one.unit)} {unit_of(one.unit)}" if value.value is not None else ""
    if number and value.low is not None and value.high is not None and value.low != value.high:
        number += f" ({span(value.low, value.high, one.unit)})"
    if value.knowledge == Knowledge.KNOWN:
        return number
    parts = [_("we do not know")]
    if number:
        parts.append(_("assumed %s") % number)
    if who := owner or value.owner:
        by = ui_text.with_precision(value.due) if value.due else ""
        parts.append(_("%(who)s finds out by %(day)s") % {"who": who, "day": by} if by else _("%s finds out") % who)
    return "; ".join(parts)


def first_questions(task: str, absent: Iterable[str], fields: Iterable[Field]) -> list[Field]:
    """The three numbers that give the first answer: people and their requests, or what stands in their place."""
    asked = {one.name: one for one in fields if one.name not in set(absent)}
    people = () if task == Task.TRAIN else RATE_FROM
    order = ("training_tokens", "items_per_run", "window_h", *people, RATE, "peak_factor", "latency_s", "input_tokens")
    return [asked[name] for name in (*order, "growth_per_year") if name in asked][:3]
