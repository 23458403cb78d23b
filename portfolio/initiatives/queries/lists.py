"""What the table, the board and their filter bar need beside the rows themselves, each in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import people
from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import Status
from portfolio.initiatives.models import Initiative, Lifecycle, Programme, Register, Stage

COUNTED_EXACTLY = 10_000
PAGE_SIZE = 50
MAX_PAGE = 100_000  # a page number beyond is a typing error, not a request to skip a billion rows
MAX_OPTIONS = 500


class UnitRow(NamedTuple):
    """A unit with its trail of visible ancestors, "Department / Bureau"."""

    id: int
    name: str
    trail: str
    depth: int
    path: str


class StageRow(NamedTuple):
    """A stage with its place (from 1) among `total` in one version of a template."""

    id: int
    key: str
    name: str
    position: int
    total: int
    kind: str
    lifecycle_id: int
    lifecycle_key: str
    lifecycle_name: str
    lifecycle_version: int
    is_default: bool


class Slice(NamedTuple):
    """One page of rows; `more` says whether another follows."""

    rows: list[dict[str, Any]]
    number: int
    more: bool

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        return (self.number - 1) * PAGE_SIZE + len(self.rows)


def unit_rows(actor: Actor) -> dict[int, UnitRow]:
    """The units the actor may see, by id, in tree order."""
    names: dict[str, str] = {}
    units: dict[int, UnitRow] = {}
    for pk, name, path, depth in (
        BusinessUnit.objects.visible_to(actor).order_by("path").values_list("id", "name", "path", "depth")
    ):
        above = names.get(path.rstrip("/").rsplit("/", 1)[0] + "/", "")
        names[path] = f"{above} / {name}" if above else name
        units[pk] = UnitRow(pk, name, names[path], depth, path)
    return dict(sorted(units.items(), key=lambda item: item[1].trail.casefold()))


def stage_rows() -> list[StageRow]:
    """All stages of all templates, newest version of the default template first, in their order."""
    rows = list(
        Stage.objects.order_by("-lifecycle__is_default", "lifecycle__name", "-lifecycle__version", "position")
        .values_list(
            "id", "key", "name", "position", "kind", "lifecycle_id", "lifecycle__key", "lifecycle__name",
            "lifecycle__version", "lifecycle__is_default",
        )
    )  # fmt: skip
    totals: dict[int, int] = {}
    for row in rows:
        totals[row[5]] = max(totals.get(row[5], 0), row[3])
    return [
        StageRow(pk, key, name, position, totals[template], kind, template, template_key, template_name, version, default)
        for pk, key, name, position, kind, template, template_key, template_name, version, default in rows
    ]


def named_options(actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """Choices of the filters `owner` (who owns something), `programme` and `register`: `{filter: [(id, name)]}`."""
    owned = Initiative.objects.filter(owner=OuterRef("pk"), demo=actor.showing_demo)
    owners = people(actor).filter(Exists(owned))
    programmes, registers = Programme.objects.visible_to(actor), Register.objects.visible_to(actor)
    parts = [_named(owners, "owner"), _named(programmes, "programme"), _named(registers, "register")]
    options: dict[str, list[tuple[str, str]]] = {"owner": [], "programme": [], "register": []}
    for kind, pk, label in parts[0].union(*parts[1:], all=True):
        options[kind].append((str(pk), label))
    return {kind: sorted(found, key=lambda option: option[1].casefold()) for kind, found in options.items()}


def _named(rows: QuerySet[Any], kind: str) -> QuerySet[Any, Any]:
    marked = rows.order_by().annotate(kind=Value(kind), label=Cast(F("name"), CharField()))
    named: QuerySet[Any, Any] = marked.values_list("kind", "id", "label")[:MAX_OPTIONS]
    return named


class Summary(NamedTuple):
    """Counts over at most COUNTED_EXACTLY + 1 rows; `unknown` are those not closed whose stage nobody knows."""

    total: int
    closed: int
    unknown: int

    @property
    def exact(self) -> bool:
        return self.total <= COUNTED_EXACTLY


def summary(rows: QuerySet[Any, Any]) -> Summary:
    """How many rows there are, exact up to COUNTED_EXACTLY, in one statement that costs no more than that many rows."""
    counted = rows.order_by().values("pk", "status", "stage")[: COUNTED_EXACTLY + 1]
    closed = Q(status=Status.CLOSED)
    counts = counted.aggregate(
        total=Count("pk"), closed=Count("pk", filter=closed), unknown=Count("pk", filter=Q(stage=None) & ~closed)
    )
    return Summary(**counts)


def page_number(text: str) -> int:
    """A page number from an address; anything else is the first page."""
    return min(max(int(text), 1), MAX_PAGE) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def page_of(rows: QuerySet[Any, dict[str, Any]], number: int) -> Slice:
    """Page `number` (from 1) of PAGE_SIZE rows, in one statement."""
    start = (number - 1) * PAGE_SIZE
    found = list(rows[start : start + PAGE_SIZE + 1])
    return Slice(found[:PAGE_SIZE], number, len(found) > PAGE_SIZE)


def page_of_list(rows: Sequence[dict[str, Any]], number: int) -> Slice:
    """Page `number` (from 1) of rows that were read whole for something else on the page."""
    start = (number - 1) * PAGE_SIZE
    return Slice(list(rows[start : start + PAGE_SIZE]), number, len(rows) > start + PAGE_SIZE)


def lifecycle_rows(actor: Actor) -> list[dict[str, Any]]:
    """Templates, newest version first, with `stages` in order, `used` (by anybody: then immutable) and `seen` by the actor."""
    used = dict(Initiative.objects.order_by().values_list("lifecycle").annotate(n=Count("pk")))
    seen = dict(Initiative.objects.visible_to(actor).order_by().values_list("lifecycle").annotate(n=Count("pk")))
    rows = Lifecycle.objects.order_by("-is_default", "name", "-version").prefetch_related("stages")
    return [
        {
            "row": row,
            "stages": sorted(row.stages.all(), key=lambda stage: stage.position),
            "used": bool(used.get(row.pk)),
            "seen": seen.get(row.pk, 0),
        }
        for row in rows
    ]
