"""Why a pool cannot promise something: by how much, on which days, and who holds it, as far as the reader may know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.accounts.rules import Actor
from readiness.workloads.choices import POOL_UNITS, PoolKind
from readiness.workloads.models import Allocation, CapacityPool
from readiness.workloads.rules import capacity as ledger

NAMED = 5


def amount(value: float, kind: str) -> str:
    """`12 accelerators`, `2.5 TB`."""
    decimals = next((n for n in range(3) if abs(round(value, n) - value) < 1e-6), 3)
    number = formats.number_format(value, decimal_pos=decimals, use_l10n=True, force_grouping=True)
    return f"{number} {POOL_UNITS[PoolKind(kind)]}"


def days(starts_on: date, ends_on: date | None) -> str:
    """`from 1 May 2027 on`, `on 1 May 2027`, `from 1 May 2027 to 30 Jun 2027`."""
    first = formats.date_format(starts_on, "j M Y", use_l10n=False)
    if ends_on is None:
        return _("from %(first)s on") % {"first": first}
    if ends_on == starts_on:
        return _("on %(first)s") % {"first": first}
    last = formats.date_format(ends_on, "j M Y", use_l10n=False)
    return _("from %(first)s to %(last)s") % {"first": first, "last": last}


def require_known(pool: CapacityPool) -> None:
    if pool.size is None:
        raise ValidationError({"quantity": _("Nobody knows the size of %s; say it first.") % pool.name})


def refusal(by: Actor, pool: CapacityPool, gaps: Sequence[ledger.Span], held: Sequence[Allocation]) -> str:
    """What is missing on which days and who holds it there: units that `by` may not see are counted, not named."""
    missing = _("; ").join(f"{amount(gap.quantity, pool.kind)} {days(gap.starts_on, gap.ends_on)}" for gap in gaps[:NAMED])
    if len(gaps) > NAMED:
        missing += _("; and so on")
    return _("%(pool)s lacks %(missing)s. It is held by %(holders)s.") % {
        "pool": pool.name, "missing": missing, "holders": _holders(by, pool, gaps, held),
    }  # fmt: skip


def _holders(by: Actor, pool: CapacityPool, gaps: Sequence[ledger.Span], held: Sequence[Allocation]) -> str:
    inside = ledger.holders(held, gaps)
    seen = set(Allocation.objects.visible_to(by).filter(pk__in=[row.pk for row in inside]).values_list("pk", flat=True))
    named = [_("%s committed elsewhere") % amount(pool.committed, pool.kind)] if pool.committed else []
    named += [
        f"{row.workload.name if row.pk in seen else _('another unit')} ({amount(row.quantity, pool.kind)}, "
        f"{days(row.starts_on, row.ends_on)})"
        for row in inside[:NAMED]
    ]
    if (more := len(inside) - NAMED) > 0:
        named.append(ngettext("%d more", "%d more", more) % more)
    return ", ".join(named) or _("nobody: it is smaller than what is asked for")
