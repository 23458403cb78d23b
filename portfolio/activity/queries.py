"""Reads over what happened: the trail as far as an actor may audit it, one object's history, comments and notices.

Initiatives stand above this slice and may not be imported, yet their unit, owner and sponsor decide what may be seen here.
So two statements name their tables in plain SQL; nothing else of them is known here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import EVERYTHING, Actor, may_see_money
from portfolio.activity.choices import (
    DEFAULT_HOW,
    HISTORY_ONLY,
    MONEY_FIELDS,
    NAME_OF,
    OWN_PANEL,
    PARTS,
    TERMS,
    How,
    NoticeKind,
    Subjects,
)
from portfolio.activity.models import Attachment, AuditEntry, Comment, Notice, NoticePreference
from portfolio.kit.scope import within

# What comments and history hang on: where it lies, and the two people who may see its amounts whatever their role.
_SUBJECTS = """
SELECT 'initiatives_initiative', i.id, i.key || ' ' || i.name, i.unit_id, u.path, i.owner_id, i.sponsor_id, i.demo
FROM initiatives_initiative i JOIN accounts_businessunit u ON u.id = i.unit_id WHERE i.id = ANY(%s)
UNION ALL
SELECT 'initiatives_request', r.id, r.title, r.unit_id, u.path, r.requester_id, r.sponsor_id, r.demo
FROM initiatives_request r JOIN accounts_businessunit u ON u.id = r.unit_id WHERE r.id = ANY(%s)
UNION ALL
SELECT 'procurement_purchase', p.id, p.title, p.unit_id, u.path, NULL, NULL, p.demo
FROM procurement_purchase p JOIN accounts_businessunit u ON u.id = p.unit_id WHERE p.id = ANY(%s)
UNION ALL
SELECT 'procurement_purchaserequest', a.id, a.title, a.unit_id, u.path, i.owner_id, i.sponsor_id, a.demo
FROM procurement_purchaserequest a JOIN accounts_businessunit u ON u.id = a.unit_id
LEFT JOIN initiatives_initiative i ON i.id = a.initiative_id WHERE a.id = ANY(%s)
UNION ALL
SELECT 'procurement_vendor', v.id, v.name, NULL, '', NULL, NULL, v.demo FROM procurement_vendor v WHERE v.id = ANY(%s)
"""
# Entries of a row and of its parts. Only the entry of a part's making surely names whose it is, so that leads to the others.
_WITH_PARTS = """
SELECT e.id FROM activity_auditentry e WHERE e.object_type = %s AND e.object_id = %s
UNION ALL
SELECT e.id FROM activity_auditentry e JOIN (
    SELECT DISTINCT object_type, object_id FROM activity_auditentry
    WHERE object_type IN ({tables}) AND after->>'{column}' = %s
) part USING (object_type, object_id)
"""
_INITIATIVES_IN = "SELECT i.id FROM initiatives_initiative i JOIN accounts_businessunit u ON u.id = i.unit_id WHERE "
# Demo is a mark on initiatives, units and people. A removed demo initiative is known by the entry of its making.
_OF_THE_DEMO = """
coalesce(CASE
    WHEN initiative_id IS NOT NULL THEN coalesce(
        (SELECT i.demo FROM initiatives_initiative i WHERE i.id = activity_auditentry.initiative_id),
        EXISTS (SELECT 1 FROM activity_auditentry made
                WHERE made.object_type = 'initiatives_initiative' AND made.action = 'create'
                  AND made.object_id = activity_auditentry.initiative_id::text AND (made.after->>'demo')::boolean))
    WHEN unit_id IS NOT NULL THEN (SELECT u.demo FROM accounts_businessunit u WHERE u.id = unit_id)
    ELSE coalesce(
        (coalesce(after, before)->>'demo')::boolean,
        (SELECT p.demo FROM accounts_user p WHERE p.id = CASE object_type
            WHEN 'accounts_user' THEN object_id::bigint
            WHEN 'accounts_roleassignment' THEN (coalesce(after, before)->>'user_id')::bigint END))
END, false)
"""


@dataclass(frozen=True)
class Subject:
    """An initiative or a request, as far as this slice must know it. `people` are its owner (or requester) and sponsor.

    A vendor belongs to no unit: `unit_id` is None and `unit_path` empty.
    """

    table: str
    pk: int
    label: str
    unit_id: int | None
    unit_path: str
    people: tuple[int | None, int | None]
    demo: bool

    @property
    def initiative_id(self) -> int | None:
        return self.pk if self.table == Subjects.INITIATIVE else None

    def visible_to(self, actor: Actor) -> bool:
        seen = actor.may(Action.VIEW, self.unit_path) if self.unit_path else actor.may_somewhere(Action.VIEW)
        return self.demo == actor.showing_demo and seen

    def money_visible_to(self, actor: Actor) -> bool:
        if not self.unit_path:
            return actor.may_somewhere(Action.MONEY)
        owner, sponsor = self.people
        return may_see_money(actor, unit_path=self.unit_path, owner_id=owner, sponsor_id=sponsor)


SubjectKey = tuple[str, int]


def subjects(keys: Iterable[SubjectKey]) -> dict[SubjectKey, Subject]:
    """The named initiatives, requests and purchases that exist, in one statement; the caller asks each whether it is visible."""
    wanted: dict[str, list[int]] = {table: [] for table in (Subjects.INITIATIVE, Subjects.REQUEST, *HISTORY_ONLY)}
    for table, number in keys:
        wanted[table].append(number)
    with connection.cursor() as cursor:
        cursor.execute(_SUBJECTS, list(wanted.values()))
        rows = cursor.fetchall()
    return {(r[0], r[1]): Subject(r[0], r[1], r[2], r[3], r[4], (r[5], r[6]), r[7]) for r in rows}


def visible_subject(actor: Actor, table: str, number: int) -> Subject | None:
    """The initiative or request if the actor may view it, else None, as if it did not exist."""
    found = subjects([(table, number)]).get((table, number))
    return found if found and found.visible_to(actor) else None


def trail(actor: Actor) -> QuerySet[AuditEntry]:
    """Entries the actor may audit: of its units and their initiatives; those of no unit for the whole organisation alone."""
    paths = actor.paths(Action.AUDIT)
    if not paths:
        return AuditEntry.objects.none()
    entries = AuditEntry.objects.order_by("-id")
    if EVERYTHING not in paths:
        entries = entries.filter(in_units(paths))
    return entries if actor.showing_demo else entries.exclude(RawSQL(_OF_THE_DEMO, (), BooleanField()))  # noqa: S611  (fixed text)


def in_units(paths: tuple[str, ...]) -> Q:
    """Entries whose own unit, or whose initiative's unit, lies at or under one of `paths`."""
    within_one = " OR ".join(["u.path LIKE %s"] * len(paths))
    initiatives = RawSQL(_INITIATIVES_IN + within_one, [f"{path}%" for path in paths])  # noqa: S611  (no text of anybody)
    units = BusinessUnit.objects.filter(within("path", paths)).values("pk")
    return Q(unit_id__in=units) | Q(initiative_id__in=initiatives)


def history(subject: Subject, actor: Actor) -> QuerySet[AuditEntry]:
    """What happened to one visible initiative, purchase or vendor with its parts, or to one request.

    Comments have a panel of their own. A vendor's terms are told to whom amounts are told.
    """
    entries = AuditEntry.objects.order_by("-id").exclude(object_type__in=OWN_PANEL)
    if subject.initiative_id is not None:
        return entries.filter(initiative_id=subject.initiative_id)
    if subject.table in PARTS:
        column, tables = PARTS[subject.table]
        known = entries if subject.money_visible_to(actor) else entries.exclude(object_type=TERMS)
        quoted = ", ".join(f"'{table}'" for table in tables)
        params = (subject.table, str(subject.pk), str(subject.pk))
        return known.filter(pk__in=RawSQL(_WITH_PARTS.format(tables=quoted, column=column), params))  # noqa: S611  (fixed text)
    return entries.filter(object_type=subject.table, object_id=str(subject.pk))


def initiative_named(text: str) -> int | None:
    """The id behind `AI-0042` or `42`; it says nothing about whether the reader may see it."""
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM initiatives_initiative WHERE key = %s", [text.strip().upper()])
        row = cursor.fetchone()
    return row[0] if row else None


def with_text(entries: QuerySet[AuditEntry], text: str, actor: Actor) -> QuerySet[AuditEntry]:
    """Entries whose values contain `text`; amounts are searched only by who may see all amounts of what it audits."""
    sees_all = all(any(p.startswith(m) for m in actor.paths(Action.MONEY)) for p in actor.paths(Action.AUDIT))
    skipped = [] if sees_all else sorted(MONEY_FIELDS)
    found = "position(lower(%s) in lower(({column} - %s::text[])::text)) > 0"
    matching = f"coalesce({found.format(column='before')}, false) OR coalesce({found.format(column='after')}, false)"
    return entries.filter(RawSQL(matching, [text, skipped, text, skipped], BooleanField()))  # noqa: S611  (fixed columns)


@dataclass(frozen=True)
class Stretch:
    """A part of the trail, newest first; `older` and `newer` are cursors, empty at the ends."""

    entries: list[AuditEntry]
    older: str
    newer: str


def stretch(entries: QuerySet[AuditEntry], cursor: str, *, size: int) -> Stretch:
    """`size` entries: the newest, those older than `cursor` (an id), or, with a minus before it, those newer."""
    number = cursor.removeprefix("-")
    position = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None
    if position is not None and cursor.startswith("-"):
        found = list(entries.filter(pk__gt=position).order_by("id")[: size + 1])
        more_newer, shown = len(found) > size, found[:size][::-1]
        more_older = bool(shown)
    else:
        older = entries if position is None else entries.filter(pk__lt=position)
        found = list(older[: size + 1])
        more_older, shown = len(found) > size, found[:size]
        more_newer = position is not None and bool(shown)
    return Stretch(
        shown,
        older=str(shown[-1].pk) if shown and more_older else "",
        newer=f"-{shown[0].pk}" if shown and more_newer else "",
    )


@dataclass(frozen=True)
class Names:
    """What rows are called by `(table, id)`, None for those the reader may not view; `paths` of the units among them."""

    labels: dict[tuple[str, int], str | None]
    paths: dict[int, str]


def names(wanted: dict[str, set[int]], actor: Actor) -> Names:
    """Names of the rows of `{table: ids}`, in one statement."""
    parts, values = [], []
    for table, (label, path) in NAME_OF.items():
        parts.append(f"SELECT '{table}', x.id, {label}, {path} FROM {table} x WHERE x.id = ANY(%s)")  # noqa: S608
        values.append(sorted(wanted.get(table, ())))
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        rows = cursor.fetchall()
    return Names(
        {(table, number): label if path is None or actor.may(Action.VIEW, path) else None for table, number, label, path in rows},
        {number: path for table, number, _label, path in rows if table == "accounts_businessunit"},
    )


def comments(subject: Subject) -> QuerySet[Comment]:
    """Standing comments of one visible subject, oldest first."""
    standing: QuerySet[Comment] = Comment.objects.filter(object_type=subject.table, object_id=subject.pk, removed_at=None)
    return standing.order_by("id")


def comments_before(subject: Subject, number: int | None, *, size: int) -> tuple[list[Comment], int | None]:
    """The last `size` comments (older than `number`, if given), oldest first, and the id to ask for still older ones with."""
    rows = comments(subject) if number is None else comments(subject).filter(pk__lt=number)
    rows = rows.select_related("author", "unit").prefetch_related("attachments", "mentions")
    found = list(rows.order_by("-id")[: size + 1])
    shown = found[:size][::-1]
    return shown, shown[0].pk if len(found) > size else None


def visible_comment(actor: Actor, number: int) -> tuple[Comment, Subject] | None:
    """A standing comment with what it hangs on, if the actor may view that today; its unit may have changed since."""
    comment: Any = Comment.objects.filter(pk=number, removed_at=None).select_related("unit").first()
    subject = visible_subject(actor, comment.object_type, comment.object_id) if comment else None
    return (comment, subject) if comment and subject else None


def visible_attachment(actor: Actor, number: int) -> Attachment | None:
    """A file of a standing comment that the actor may see."""
    file = Attachment.objects.filter(pk=number).first()
    return file if file and visible_comment(actor, file.comment_id) else None


def notices(actor: Actor) -> QuerySet[Notice]:
    """A person's own notices, newest first: those about what they may see today, demo or real as the portfolio shown."""
    if actor.user_id is None:
        return Notice.objects.none()
    own = Notice.objects.filter(user_id=actor.user_id, demo=actor.showing_demo).order_by("-created_at", "-id")
    paths = actor.paths(Action.VIEW)
    if EVERYTHING in paths:
        return own
    of_nothing = Q(initiative_id=None, unit=None)
    return own.filter(of_nothing | in_units(paths) if paths else of_nothing)


def unread_notices(actor: Actor) -> QuerySet[Notice]:
    """What a person has not read yet, newest first."""
    return notices(actor).filter(read_at=None)


def how_told(people: Iterable[int], kind: NoticeKind) -> dict[int, How]:
    """How each of the people wants to be told of that kind."""
    chosen = dict(NoticePreference.objects.filter(user__in=list(people), kind=kind).values_list("user_id", "how"))
    return {number: How(chosen.get(number, DEFAULT_HOW[kind])) for number in people}


def preferences(actor: Actor) -> dict[NoticeKind, How]:
    """How a person is told of each kind."""
    chosen = dict(NoticePreference.objects.filter(user=actor.user_id).values_list("kind", "how"))
    return {kind: How(chosen.get(kind, default)) for kind, default in DEFAULT_HOW.items()}
