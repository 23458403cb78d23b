"""Bills at size for the sweeps of procurement and silos: written where they lie, published by the product's own service.

Reading a file is measured by billing_load; here rows are made by the database, in the shape that reading leaves them.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection, transaction

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import system
from portfolio.kit import clock
from portfolio.procurement.choices import BillingState
from portfolio.procurement.models import BillingImport
from portfolio.procurement.services.billing.publishing import publish
from portfolio.procurement.services.billing.rules import adopt_starter

ITEMS, MONTHS, STEP = 20_000, 12, 1_000_000
BY = system("sweep")
# A quarter is of a provider and a category that no starter rule names, so that unmapped spend has something to tell.
_ITEMS = """
INSERT INTO procurement_billingitem
    (unit_id, digest, provider, publisher, invoice_issuer, billing_account_id, sub_account_id, sub_account_name, service_name,
     service_category, charge_category, charge_frequency, pricing_category, region_id, resource_id, currency, unit_of_measure,
     charge_description, tags)
SELECT %(unit)s, md5('sweep ' || n)::uuid, s.seller, s.seller, s.seller, '012345678901', (100000000000 + n %% 37)::text,
       'Account ' || n %% 37,
       CASE n %% 4 WHEN 0 THEN 'Amazon SageMaker' WHEN 1 THEN 'Amazon Bedrock' WHEN 2 THEN 'Amazon Elastic Compute Cloud'
           ELSE 'Stratus service ' || n %% 97 END,
       CASE n %% 4 WHEN 2 THEN 'Compute' WHEN 3 THEN 'Integration' ELSE 'AI and Machine Learning' END,
       CASE WHEN n %% 50 = 7 THEN 'Credit' ELSE 'Usage' END, 'Usage-Based', 'Standard', 'us-west-2',
       'arn:sweep:' || lpad(n::text, 8, '0'), 'USD', 'Hours', 'per hour',
       jsonb_build_object('team', 'team-' || n %% 23, 'env', CASE n %% 2 WHEN 0 THEN 'prod' ELSE 'dev' END)
FROM generate_series(1, %(items)s) n
CROSS JOIN LATERAL (SELECT CASE n %% 4 WHEN 3 THEN 'Stratus' ELSE 'AWS' END AS seller) s
"""
_ROWS = """
INSERT INTO procurement_billingrow
    (billing_import_id, row, item_id, day, period, period_end, billed, effective, list, contracted, quantity)
SELECT %(import)s, n, i.id, d.day, date_trunc('month', d.day)::date, (date_trunc('month', d.day) + interval '1 month')::date,
       c.cost, c.cost * 0.875, c.cost * 1.25, c.cost, 1 + n %% 24
FROM generate_series(%(first)s, %(last)s) n
JOIN numbered i ON i.place = n %% %(items)s
CROSS JOIN LATERAL (SELECT %(from)s::date + (n / %(items)s * %(days)s / %(turns)s)::int AS day) d
CROSS JOIN LATERAL (SELECT (1 + i.place * 7919 %% 997 + n * 31 %% 89) / 100.0::numeric
                           * CASE i.charge_category WHEN 'Credit' THEN -1 ELSE 1 END AS cost) c
"""
_NUMBERED = """
CREATE TEMPORARY TABLE numbered ON COMMIT DROP AS
SELECT id, charge_category, (row_number() OVER (ORDER BY id) - 1)::bigint AS place FROM procurement_billingitem
"""


def load_bills(rows: int, *, items: int = ITEMS, today: date | None = None) -> BillingImport:
    """`rows` rows of a year up to the month before today's, of one account of the highest unit, published."""
    today = today or clock.today()
    until = today.replace(day=1)
    start = until.replace(year=until.year - MONTHS // 12)
    unit = BusinessUnit.objects.order_by("depth", "id")[0]
    items = min(items, rows)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        adopt_starter(by=BY, unit=unit)
        made = BillingImport.objects.create(
            unit=unit, file_name="sweep.csv", sha256="0" * 64, state=BillingState.STAGED, layout="focus", rows=rows, kept=rows
        )
        cursor.execute(_ITEMS, {"unit": unit.pk, "items": items})
        cursor.execute(_NUMBERED)
        cursor.execute("ANALYZE numbered")
        asked: dict[str, Any] = {
            "import": made.pk,
            "items": items,
            "from": start,
            "days": (until - start).days,
            "turns": -(-rows // items) + 1,
        }
        for first in range(0, rows, STEP):
            cursor.execute(_ROWS, asked | {"first": first, "last": min(first + STEP, rows) - 1})
        return publish(by=BY, billing_import=made, now=clock.now())
