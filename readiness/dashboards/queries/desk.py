"""What the roles that buy, keep the books, audit and administer look after. A statement a line, of the reader's roles alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone

from portfolio.accounts.choices import Action
from portfolio.accounts.models import RoleAssignment, User
from portfolio.accounts.rules import Actor
from portfolio.finance.choices import ImportState
from portfolio.finance.models import BudgetLine, FinanceImport
from portfolio.initiatives.choices import Status
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import within
from portfolio.outbox.queries import dead_letters
from portfolio.procurement.choices import LIVE, Ask
from portfolio.procurement.queries.purchases import visible_purchases
from portfolio.procurement.queries.requests import visible_requests
from readiness.dashboards.rules.desk import DeskKind, DeskLine
from readiness.gates.models import Anchor, Decision, Review
from readiness.silos.queries.bills import unmapped_services

AHEAD = timedelta(days=60)
WITHIN = timedelta(days=7)
_WAITING = (ImportState.UPLOADED, ImportState.READY, ImportState.FAILED)


def desk(actor: Actor, today: date) -> list[DeskLine]:
    """Lines of what the reader may do, empty ones too: that nothing waits is worth knowing."""
    return [line for action, lines in _LINES.items() if actor.may_somewhere(action) for line in lines(actor, today)]


def has_desk(actor: Actor) -> bool:
    return any(actor.may_somewhere(action) for action in _LINES)


def _buying(actor: Actor, today: date) -> Iterator[DeskLine]:
    """Three statements: who waits for a decision, what ends soon unless somebody acts, what is billed for nobody knows what."""
    mine = within("unit__path", actor.paths(Action.PURCHASE))
    asked = visible_requests(actor).filter(mine, state=Ask.ASKED).aggregate(n=Count("pk"), day=Min("needed_on"))
    yield DeskLine(DeskKind.REQUESTS, asked["n"], asked["day"])
    live: Any = visible_purchases(actor).filter(mine, state__in=LIVE).annotate(act_by=Coalesce("notice_on", "ends_on"))
    due = live.filter(act_by__range=(today, today + AHEAD)).aggregate(n=Count("pk"), day=Min("act_by"))
    yield DeskLine(DeskKind.RENEWALS, due["n"], due["day"])
    yield DeskLine(DeskKind.UNMAPPED, unmapped_services(actor))


def _books(actor: Actor, today: date) -> Iterator[DeskLine]:
    """Two statements: files that wait for somebody, and running initiatives that nobody budgeted this calendar year."""
    paths = actor.paths(Action.BUDGET)
    waiting = FinanceImport.objects.visible_to(actor).filter(within("unit__path", paths), state__in=_WAITING)
    yield DeskLine(DeskKind.IMPORTS, waiting.count())
    lines = BudgetLine.objects.filter(
        initiative=OuterRef("pk"), period_start__year__lte=today.year, period_end__year__gte=today.year
    )
    running = Initiative.objects.visible_to(actor).filter(within("unit__path", paths)).exclude(status=Status.CLOSED)
    found = running.aggregate(n=Count("pk", filter=~Exists(lines)), of=Count("pk"))
    yield DeskLine(DeskKind.UNBUDGETED, found["n"], of=found["of"])


def _audit(actor: Actor, today: date) -> Iterator[DeskLine]:
    """Three statements: what was decided in a week, which decisions stand on what has changed since, when heads left last."""
    decided = Decision.objects.visible_to(actor).filter(at__date__gte=today - WITHIN)
    yield DeskLine(DeskKind.DECISIONS, decided.count())
    moved = Review.objects.visible_to(actor).filter(changed_at__isnull=False).aggregate(n=Count("pk"), day=Max("changed_at"))
    yield DeskLine(DeskKind.DRIFTED, moved["n"], timezone.localdate(moved["day"]) if moved["day"] else None)
    sent = Anchor.objects.aggregate(at=Max("at"))["at"]
    yield DeskLine(DeskKind.ANCHOR, 0, timezone.localdate(sent) if sent else None)


def _administration(actor: Actor, _today: date) -> Iterator[DeskLine]:
    """Two statements: jobs that were given up, and people who can sign in and hold no role."""
    yield DeskLine(DeskKind.JOBS, dead_letters().count())
    roles = RoleAssignment.objects.filter(user=OuterRef("pk"))
    people = User.objects.filter(~Exists(roles), is_active=True)
    yield DeskLine(DeskKind.PEOPLE, (people if actor.showing_demo else people.filter(demo=False)).count())


_LINES: dict[Action, Callable[[Actor, date], Iterator[DeskLine]]] = {
    Action.PURCHASE: _buying, Action.BUDGET: _books, Action.AUDIT: _audit, Action.CONFIGURE: _administration,
}  # fmt: skip
