"""Which columns hold amounts of money, and why all others that could hold one do not.

Columns of every kind that can hold an amount (numbers with decimals, JSON) stand here; a new one fails the test until somebody
says which it is, and one of MONEY fails it until the world of the test plants a canary in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

MONEY: Mapping[str, tuple[str, ...]] = {
    "activity.AuditEntry": ("before", "after"),
    "evidence.Latest": ("low", "high"),
    "evidence.Observation": ("value",),
    "evidence.Run": ("raw",),
    "finance.BudgetLine": ("planned", "actual"),
    "finance.Commitment": ("amount",),
    "finance.FinanceImport": ("sheet",),
    "finance.FinanceImportRow": ("raw", "values", "issues", "changes"),
    "gates.Decision": ("sealed",),
    "initiatives.ImportRow": ("raw", "fields", "issues"),
    "initiatives.Initiative": ("expected_value",),
    "initiatives.RegisterRow": ("raw", "fields", "issues"),
    "initiatives.Request": ("expected_value",),
    "procurement.BillingImport": ("refused_billed",),
    "procurement.BillingMonth": ("billed", "effective", "list", "contracted", "pricing_effective"),
    "procurement.BillingReject": ("value",),
    "procurement.BillingRow": ("billed", "effective", "list", "contracted", "pricing_effective"),
    "procurement.PlanItem": ("planned_amount",),
    "procurement.PriceTier": ("from_amount", "discount"),
    "procurement.Purchase": ("amount", "committed_quantity"),
    "procurement.PurchaseRequest": ("amount",),
    "procurement.RegisterImportRow": ("raw", "fields", "issues"),
    "risk.Spending": ("figures",),
    "risk.Stake": ("spent", "bound", "ahead"),
    "silos.Finding": ("amount", "saving_low", "saving_high", "assumptions", "judged_amount"),
    "silos.FindingRow": ("amount",),
    "silos.FindingStep": ("amount",),
    "sizing.SizingOption": ("price_per_accelerator_hour", "price_input", "price_output"),
    "workloads.CapacityPool": ("cost_per_month",),
    "workloads.VenueOption": ("cost_per_month", "one_off_cost"),
}
# Why a column holds no amount that anybody must not see. Were a canary found in one of them, the test would fail.
NOT_MONEY: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "measured or sized, in units of no currency": {
        "evidence.RequirementVerdict": (
            "wanted", "headroom", "headroom_low", "headroom_high", "evidence", "others", "capacity", "missing",
        ),
        "evidence.Run": ("duration_s", "load", "environment", "flaws", "unread"),
        "evidence.Series": ("percentile", "window_s", "labels", "environment"), "evidence.SourceHealth": ("typical_s",),
        "evidence.Standing": ("headroom",), "procurement.BillingMonth": ("quantity",), "procurement.BillingRow": ("quantity",),
        "procurement.PurchaseRequest": ("quantity",), "procurement.PurchaseShare": ("share",),
        "sizing.Measurement": (
            "input_tokens", "output_tokens", "points", "service_s", "service_low_s", "service_high_s", "service_cv2",
            "evidence_runs",
        ),
        "sizing.SizingOption": ("utilisation", "replica_availability", "requests_per_minute", "tokens_per_minute"),
        "workloads.Allocation": ("quantity",), "workloads.CapacityPool": ("size", "committed", "ordered"),
        "workloads.ProfileValue": ("value", "low", "high"), "workloads.ProfileVersion": ("values", "requirements"),
        "workloads.Requirement": ("target", "percentile", "window_s", "environment"),
        "workloads.TraceUpload": ("columns", "summary", "accepted"),
        "workloads.VenueOption": ("capacity", "quota_requested", "quota_granted"),
    },
    "risk: probabilities, their inputs and how they did, in no currency": {
        "initiatives.RiskStanding": ("value", "low", "high", "drivers"), "risk.Backtest": ("figures", "seconds"),
        "risk.Generation": ("average", "seconds"),
        "risk.ModelVersion": ("form", "left_out", "log_factor", "share", "seconds"), "risk.Scenario": ("changes",),
        "risk.Score": ("value", "low", "high", "answers", "top"), "risk.Shown": ("figure",), "risk.Spending": ("seconds",),
    },
    "published: rates, list prices and statistics are no unit's": {
        "finance.Rate": ("per_unit",), "risk.ReferenceStatistic": ("value", "low", "high"),
        "workloads.Accelerator": (
            "bandwidth", "flops_bf16", "flops_fp8", "power_w", "price_low", "price_likely", "price_high", "aliases",
        ),
        "workloads.CatalogueModel": ("parameters", "active_parameters", "layers", "price_input", "price_output", "aliases"),
    },
    "printed, with and without amounts: a test of its own looks at both": {
        "meetings.Pack": ("input",), "outlets.Sheet": ("input",),
    },
    "settings, names, counts, shares and references": {
        "accounts.ApiToken": ("scopes",), "assessments.Question": ("phases", "weight"),
        "evidence.Delivery": ("environment", "detected", "problems", "feeds"), "evidence.Feed": ("ask", "environment"),
        "evidence.QueryTemplate": ("queries",), "evidence.Source": ("config", "secret_names"),
        "evidence.Trial": ("asked", "found"),
        "finance.FinanceImport": ("mapping", "counts"), "finance.FinanceSettings": ("band_low", "band_high", "marker"),
        "gates.Anchor": ("heads",), "gates.ConditionEvent": ("shown",), "gates.Gatekeeper": ("functions", "gates"),
        "gates.Judgement": ("functions",), "gates.Review": ("verdicts", "missing", "changes", "packs"),
        "gates.ReviewEvent": ("facts",), "gates.Run": ("content",), "gates.Seat": ("functions",),
        "initiatives.ImportRow": ("changed",), "initiatives.ImportRun": ("mapping", "plan", "counts", "notes"),
        "initiatives.Initiative": ("contract_numbers", "answers"), "initiatives.Register": ("mapping",),
        "initiatives.LinkDecision": ("score",), "initiatives.LinkProposal": ("score", "parts"),
        "initiatives.SavedView": ("columns",), "meetings.Pack": ("reviews", "heads"), "outbox.Event": ("payload",),
        "outbox.Job": ("payload", "limits"), "procurement.BillingImport": ("progress", "refusals", "notes"),
        "procurement.BillingItem": ("tags",), "procurement.BillingRule": ("conditions",),
        "outlets.ExportFile": ("view_paths", "money_paths"), "outlets.Panel": ("origins",),
        "outlets.Sheet": ("view_paths", "money_paths"),
        "procurement.RegisterImport": ("mapping", "counts", "notes"), "procurement.RegisterImportRow": ("changed",),
        "silos.Detection": ("seen", "counts", "unknown", "settings", "seconds"), "silos.Finding": ("identity",),
        "silos.RuleSetting": ("values",), "sizing.SizingResult": ("inputs", "answer"),
    },
}  # fmt: skip
_KINDS = (models.DecimalField, models.FloatField, models.JSONField, ArrayField)


def could_hold_money() -> Iterator[tuple[str, str]]:
    """(model, field) of every column of ours that can hold an amount."""
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.startswith(("portfolio.", "readiness.")):
            for field in model._meta.concrete_fields:
                if isinstance(field, _KINDS):
                    yield model._meta.label, field.name
