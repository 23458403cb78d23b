"""Audit triggers, and the demo's end."""

from django.db import migrations

from portfolio.kit.audit import audited
from portfolio.kit.demo import Delete, demo_step

# A run writes these by the thousand: what it did stands in the steps. The trail keeps what people decided.
FOLLOWS = (
    "identity", "rows_digest", "ancestor_path", "amount", "amount_is_low", "saving_low", "saving_high", "currency", "assumptions",
    "due_on", "rows_count", "units_count", "judged_amount", "current", "seen_on", "opened_at",
)  # fmt: skip
FINDING = "finding_id IN (SELECT id FROM silos_finding WHERE demo)"
LINK = (
    "purchase_id IN (SELECT id FROM procurement_purchase WHERE demo) OR pool_id IN (SELECT id FROM workloads_capacitypool WHERE demo)"
)


class Migration(migrations.Migration):
    dependencies = [("silos", "0001_initial"), ("activity", "0002_audit"), ("initiatives", "0009_demo_steps")]

    operations = [
        audited("silos_finding", without=FOLLOWS),
        audited("silos_rulesetting"),
        audited("silos_poolpurchase"),
        demo_step(
            45,
            "silos",
            deletes=(
                Delete("silos_findingstep", which=FINDING),
                Delete("silos_findingrow", which=FINDING),
                Delete("silos_finding_units", which=FINDING),
                Delete("silos_finding", which="demo"),
                Delete("silos_detection", which="demo"),
                Delete("silos_poolpurchase", which=LINK),
            ),
        ),
    ]
