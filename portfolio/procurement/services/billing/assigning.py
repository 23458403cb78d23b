"""What items are for: the rules asked in their order, for all items in one statement."""
# ruff: noqa: S608 (the statement is put together from constants and what Django compiles, values are parameters)

from __future__ import annotations

from django.db import connection
from django.db.models import BigIntegerField, Case, Q, Value, When
from django.db.models.functions import Cast

from portfolio.procurement.models import BillingItem, BillingRule
from portfolio.procurement.queries.billing.matching import matching
from portfolio.procurement.rules.billing import THINGS

# The purchase that names an item's accounts as its own: the one that also names the sub-account before one that does not, and
# none where several do alike.
_ASSIGN = """
WITH decided AS ({decided}),
accounts AS MATERIALIZED (
    SELECT a.*, (SELECT CASE WHEN count(*) = 1 THEN min(best.id) END FROM (
        SELECT p.id FROM procurement_purchase p JOIN accounts_businessunit u ON u.id = p.unit_id
        WHERE p.demo = a.demo AND p.billing_account_id <> '' AND p.billing_account_id = a.billing_account_id
          AND p.sub_account_id IN ('', a.sub_account_id) AND p.state IN ('active', 'ended') AND starts_with(u.path, a.path)
        ORDER BY p.sub_account_id <> '' DESC FETCH FIRST 1 ROW WITH TIES) best) AS purchase_id
    FROM (SELECT DISTINCT i.unit_id, b.path, i.demo, i.billing_account_id, i.sub_account_id
          FROM decided d JOIN procurement_billingitem i ON i.id = d.id JOIN accounts_businessunit b ON b.id = i.unit_id) a)
INSERT INTO procurement_billingassignment AS old
    (item_id, holder_id, vendor_id, capability_id, unit_id, initiative_id, purchase_id,
     vendor_rule_id, capability_rule_id, unit_rule_id, initiative_rule_id, purchase_rule_id)
SELECT d.id, coalesce(ur.to_unit_id, p.unit_id, i.unit_id), coalesce(vr.vendor_id, p.vendor_id),
       coalesce(cr.capability_id, p.capability_id), coalesce(ur.to_unit_id, p.unit_id), ir.initiative_id, p.id,
       vr.id, cr.id, ur.id, ir.id, pr.id
FROM decided d JOIN procurement_billingitem i ON i.id = d.id
JOIN accounts a ON a.unit_id = i.unit_id AND a.demo = i.demo AND a.billing_account_id = i.billing_account_id
  AND a.sub_account_id = i.sub_account_id
LEFT JOIN procurement_billingrule vr ON vr.id = d.vendor_by
LEFT JOIN procurement_billingrule cr ON cr.id = d.capability_by
LEFT JOIN procurement_billingrule ur ON ur.id = d.to_unit_by
LEFT JOIN procurement_billingrule ir ON ir.id = d.initiative_by
LEFT JOIN procurement_billingrule pr ON pr.id = d.purchase_by
LEFT JOIN procurement_purchase p ON p.id = coalesce(pr.purchase_id, a.purchase_id)
ON CONFLICT (item_id) DO UPDATE SET
    holder_id = excluded.holder_id, vendor_id = excluded.vendor_id, capability_id = excluded.capability_id,
    unit_id = excluded.unit_id, initiative_id = excluded.initiative_id, purchase_id = excluded.purchase_id,
    vendor_rule_id = excluded.vendor_rule_id, capability_rule_id = excluded.capability_rule_id,
    unit_rule_id = excluded.unit_rule_id, initiative_rule_id = excluded.initiative_rule_id,
    purchase_rule_id = excluded.purchase_rule_id
WHERE (old.holder_id, old.vendor_id, old.capability_id, old.unit_id, old.initiative_id, old.purchase_id, old.vendor_rule_id,
       old.capability_rule_id, old.unit_rule_id, old.initiative_rule_id, old.purchase_rule_id)
   IS DISTINCT FROM
      (excluded.holder_id, excluded.vendor_id, excluded.capability_id, excluded.unit_id, excluded.initiative_id,
       excluded.purchase_id, excluded.vendor_rule_id, excluded.capability_rule_id, excluded.unit_rule_id,
       excluded.initiative_rule_id, excluded.purchase_rule_id)
"""


def assign(*, items: str = "") -> int:
    """Ask the rules again for items (`items`: SQL that selects their ids; all that were ever published); how many changed.

    In the caller's transaction.
    """
    rules = list(BillingRule.objects.filter(active=True).select_related("unit").order_by("position", "id"))
    each = {f"{thing}_by": _first(rules, thing) for thing in THINGS}
    decided, params = BillingItem.objects.order_by().annotate(**each).values_list("pk", *each).query.sql_with_params()
    which = items or "SELECT item_id FROM procurement_billingmonth UNION SELECT item_id FROM procurement_billingassignment"
    wanted = f"SELECT asked.* FROM ({decided}) AS asked(id, {', '.join(each)}) WHERE asked.id IN ({which})"
    with connection.cursor() as cursor:
        cursor.execute(_ASSIGN.format(decided=wanted), params)
        return int(cursor.rowcount)


def _first(rules: list[BillingRule], thing: str) -> Cast:
    """The first of the rules that say the thing and catch the item."""
    whens = [
        When(_within(rule) & matching(rule.conditions), then=Value(rule.pk))
        for rule in rules
        if getattr(rule, f"{thing}_id") is not None
    ]
    return Cast(Case(*whens, default=Value(None)) if whens else Value(None), BigIntegerField())


def _within(rule: BillingRule) -> Q:
    return Q(demo=rule.demo) & Q(unit__path__startswith=rule.unit.path)
