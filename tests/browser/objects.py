"""Which object of the demo stands for a route's arguments; a route whose arguments nobody knows fails the walk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portfolio.accounts.models import BusinessUnit, RoleAssignment, User
from portfolio.finance.models import BudgetLine, Commitment, FinanceImport, Rate
from portfolio.initiatives.models import Closure, Dependency, ImportRun, Initiative, Lifecycle, Milestone, Request, SavedView
from portfolio.procurement.choices import Ask
from portfolio.procurement.models import (
    BillingImport,
    BillingMonth,
    BillingRule,
    Capability,
    PlanItem,
    PriceTier,
    Product,
    Purchase,
    PurchaseRequest,
    RegisterImport,
    Vendor,
    VendorAlias,
)
from readiness.assessments.choices import BankState
from readiness.assessments.models import Assessment, QuestionBank
from readiness.evidence.models import Delivery, Feed, Payload, QueryTemplate, Run, Series, Trial
from readiness.gates.choices import ReviewState, RuleKind, WaiverState
from readiness.gates.models import Condition, Decision, Delegation, Gatekeeper, GateTemplate, Review, Waiver
from readiness.gates.queries.templates import parsed
from readiness.meetings.models import Meeting, Pack
from readiness.silos.models import Finding, PoolPurchase
from readiness.sizing.models import Measurement, SizingOption
from readiness.workloads.choices import AllocationState, OptionState
from readiness.workloads.models import Accelerator, Allocation, CapacityPool, Requirement, TraceUpload, VenueOption, Workload
from tests.browser import outlook

Arguments = dict[str, Any]
_OF_INITIATIVE = ("initiative", "new", "venues", "venue_new", "venue_dates", "venue_comparison")
_STATE_FOR = {"venue_choose": OptionState.CANDIDATE, "venue_reject": OptionState.CANDIDATE, "venue_edit": OptionState.CANDIDATE}


def arguments(name: str, wanted: tuple[str, ...]) -> Arguments | None:
    """Values for a route's arguments from the demo; None if nothing there fits."""
    slice_name, _, page = name.partition(":")
    rows = _SLICES.get(slice_name, _others)(page, wanted)
    return {key: rows[key] for key in wanted} if set(wanted) <= set(rows) else None


def _active() -> Initiative:
    initiative = Initiative.objects.filter(status="active").order_by("id").first()
    assert initiative is not None
    return initiative


def _initiatives(page: str, wanted: tuple[str, ...]) -> Arguments:
    if page.startswith("milestone") and "child" in wanted:
        part = Milestone.objects.filter(done_on=None, initiative__status="active").order_by("id")[0]
        return {"pk": part.initiative_id, "child": part.pk}
    if page.startswith("dependency") and "child" in wanted:
        dependency = Dependency.objects.filter(initiative__status="active").order_by("id")[0]
        return {"pk": dependency.initiative_id, "child": dependency.pk}
    rows: Arguments = {"pk": _active().pk, "key": Lifecycle.objects.order_by("id")[0].key}
    if page == "reopen":
        rows["pk"] = Closure.objects.filter(reopened_at=None).order_by("id")[0].initiative_id
    elif "request" in page or page in ("triage", "accept", "merge", "decline"):
        rows["pk"] = Request.objects.filter(state="open").order_by("id")[0].pk
    elif page.startswith("import"):
        rows |= {"pk": ImportRun.objects.get(state="preview").pk, "child": 0}  # links of a row are decided by POST alone
    elif page.startswith("view"):
        rows["pk"] = SavedView.objects.order_by("id")[0].pk
    elif "lifecycle" in page:
        rows["pk"] = Lifecycle.objects.order_by("id")[0].pk
    return rows


def _accounts(page: str, wanted: tuple[str, ...]) -> Arguments:
    role = RoleAssignment.objects.exclude(user__email="ada@example.org").order_by("id")[0]
    person = User.objects.exclude(email="ada@example.org").order_by("id")[0]
    rows: Arguments = {"role_id": role.pk, "pk": role.user_id if "role_id" in wanted else person.pk}
    if page.startswith("unit"):
        rows["pk"] = BusinessUnit.objects.order_by("id")[0].pk
    return rows


def _workloads(page: str, wanted: tuple[str, ...]) -> Arguments:
    if page in _OF_INITIATIVE:
        return {"pk": _active().pk, "function": "inference"}
    if page.startswith("venue"):
        state = _STATE_FOR.get(page, OptionState.REJECTED)
        option = VenueOption.objects.filter(initiative__status="active", state=state).order_by("id")[0]
        return {"pk": option.initiative_id, "child": option.pk}
    if page in ("grant", "refuse", "release"):
        held = AllocationState.GRANTED if page == "release" else AllocationState.REQUESTED
        asked = Allocation.objects.filter(state=held, pool__size__isnull=False).order_by("id")[0]
        return {"pk": asked.pool_id, "child": asked.pk}
    if page.startswith("pool"):
        return {"pk": CapacityPool.objects.order_by("id")[0].pk}
    if page.startswith("entr"):
        return {"name": "accelerators", "key": Accelerator.objects.order_by("key")[0].key, "fmt": "csv"}
    if page.startswith("trace") and "child" in wanted:
        log = TraceUpload.objects.order_by("id")[0]
        return {"pk": log.workload_id, "child": log.pk}
    if page.startswith("requirement") and "child" in wanted:
        wish = Requirement.objects.filter(retired_at=None, initiative__status="active").order_by("id")[0]
        return {"pk": wish.workload_id, "child": wish.pk}
    return {"pk": _workload().pk, "name": "peak_factor", "fmt": "csv"}


def _workload() -> Workload:
    """One with options, so that its sizing has something to compare."""
    row: Workload = Workload.objects.filter(options__isnull=False, initiative__status="active").order_by("id")[0]
    return row


def _sizing(page: str, wanted: tuple[str, ...]) -> Arguments:
    if page.startswith("measurement"):
        return {"pk": Measurement.objects.order_by("-id")[0].pk}
    if page.startswith("option") and page != "option_new":
        return {"pk": SizingOption.objects.filter(retired_at=None, initiative__status="active").order_by("id")[0].pk}
    return {"pk": _workload().pk, "fmt": "csv"}


def _assessments(page: str, wanted: tuple[str, ...]) -> Arguments:
    if page.startswith(("bank", "question")):
        states = [BankState.DRAFT] if page.startswith("question") or page == "bank_discard" else list(BankState)
        bank = QuestionBank.objects.filter(state__in=states).order_by("id").first()
        question = bank.questions.order_by("id").first() if bank else None
        return {"pk": bank.pk, "key": question.key if question else ""} if bank else {}
    run = Assessment.objects.filter(number__gt=1, closed_at=None, initiative__status="active").order_by("id")[0]
    key = run.bank.questions.order_by("position")[0].key
    if page == "start":
        run.initiative_id = Initiative.objects.filter(status="active", assessments=None).order_by("id")[0].pk
    return {"pk": run.initiative_id, "number": run.number, "key": key, "component": "accelerators", "fmt": "csv"}


def _evidence(page: str, wanted: tuple[str, ...]) -> Arguments:
    """The first of _OF_EVIDENCE that the page's name begins with."""
    found = next(rows for start, rows in _OF_EVIDENCE if page.startswith(start))
    return {"pk": found().order_by("pk")[0], "key": "vllm", "fmt": "csv"}


def _runs() -> Any:
    return Run.objects.filter(workload__isnull=False, kind="benchmark")


def _feeds() -> Any:
    return Feed.objects.filter(source__kind="prometheus", workload__isnull=False)


_OF_EVIDENCE: tuple[tuple[str, Callable[[], Any]], ...] = (
    ("run", lambda: _runs().filter(flawed=False).values_list("pk", flat=True)),
    ("set_aside", lambda: _runs().filter(flawed=False).values_list("pk", flat=True)),
    ("series", lambda: Series.objects.filter(workload__isnull=False).values_list("pk", flat=True)),
    ("payload", lambda: Payload.objects.values_list("pk", flat=True)),
    ("template", lambda: QueryTemplate.objects.values_list("pk", flat=True)),
    ("trial", lambda: Trial.objects.values_list("pk", flat=True)),
    ("deliver", lambda: Delivery.objects.filter(runs__gt=0).values_list("pk", flat=True)),
    ("requirement", lambda: Requirement.objects.filter(retired_at=None, standing__isnull=False).values_list("pk", flat=True)),
    ("pool_", lambda: CapacityPool.objects.values_list("pk", flat=True)),
    *((page, lambda: _feeds().values_list("pk", flat=True)) for page in ("feed_pause", "feed_resume", "feed_retire")),
    *((page, lambda: _feeds().values_list("source_id", flat=True)) for page in ("source", "feed_")),
    ("feed", lambda: _feeds().values_list("pk", flat=True)),
    *((page, lambda: _runs().values_list("initiative_id", flat=True)) for page in ("initiative", "judge_initiative")),
    ("", lambda: _runs().values_list("workload_id", flat=True)),
)


_REVIEW_FOR = {
    "schedule": ReviewState.PLANNED, "migrate": ReviewState.PLANNED, "withdraw": ReviewState.PLANNED,
    "unschedule": ReviewState.SCHEDULED, "open": ReviewState.SCHEDULED, "seats": ReviewState.SCHEDULED,
    "decide": ReviewState.PROPOSED, "reopen": ReviewState.PROPOSED, "again": ReviewState.DECIDED,
}  # fmt: skip
_WAIVER_FOR = {"waiver_approve": "under_review", "waiver_reject": "under_review", "waiver_review": "proposed"}


def _gates(page: str, wanted: tuple[str, ...]) -> Arguments:
    if page in ("initiative", "panel", "plan"):
        running = Initiative.objects.filter(status="active", stage__isnull=False).order_by("id")
        rows = running.exclude(gate_reviews__state__in=("planned", "scheduled", "in_review", "proposed"))
        return {"pk": (rows if page == "plan" else running)[0].pk}
    if page.startswith("waiver"):
        state = _WAIVER_FOR.get(page, WaiverState.ACTIVE)
        return {"pk": Waiver.objects.filter(state=state).order_by("id")[0].pk}
    if page.startswith("template"):
        drafts = page in ("template_edit", "template_publish", "template_discard")
        return {"pk": GateTemplate.objects.filter(state="draft" if drafts else "published").order_by("-id")[0].pk}
    others: dict[str, Any] = {"decision": Decision, "gatekeeper": Gatekeeper, "gatekeeper_remove": Gatekeeper,
                              "delegation_revoke": Delegation}  # fmt: skip
    if page in others:
        return {"pk": others[page].objects.order_by("-id")[0].pk}
    if page == "prove":
        return {"pk": Condition.objects.filter(proof="person", events=None).order_by("id")[0].pk}
    return _of_review(page) | {"fmt": "csv"}


def _of_review(page: str) -> Arguments:
    rows = Review.objects.filter(state=_REVIEW_FOR.get(page, ReviewState.IN_REVIEW), initiative__status="active")
    if page == "again":
        rows = rows.filter(decided__in=("hold", "recycle"))
    row = rows.order_by("id")[0]
    criteria = parsed(row.template).gate(row.gate).criteria
    asked = [one.key for one in criteria if one.rule.kind is RuleKind.JUDGEMENT or page == "waive"]
    seat = row.seats.order_by("id").first()
    return {"pk": row.pk, "key": asked[0], "person": seat.person_id if seat else 0}


def _meetings(page: str, wanted: tuple[str, ...]) -> Arguments:
    """The one that is ahead; minutes and what was taken on are of one that was."""
    was = page.startswith("minutes") or "action" in wanted
    meeting = Meeting.objects.filter(demo=True, state="closed" if was else "open").order_by("id").first()
    if meeting is None:
        return {}
    item, action, pack = meeting.items.order_by("position").first(), meeting.actions.first(), Pack.objects.order_by("id").first()
    rows = {"pk": meeting.pk, "item": item.pk if item else 0, "action": action.pk if action else 0}
    return rows | ({"pk": pack.meeting_id, "number": pack.number} if pack and "number" in wanted else {"number": 1})


def _others(page: str, wanted: tuple[str, ...]) -> Arguments:
    return {"object_type": "initiatives_initiative", "object_id": _active().pk, "pk": _active().pk}


def _finance(page: str, wanted: tuple[str, ...]) -> Arguments:
    line = BudgetLine.objects.filter(initiative__status="active").order_by("id")[0]
    if page.startswith("import"):
        run = FinanceImport.objects.order_by("id").first()
        return {"pk": run.pk} if run else {}
    if page.startswith("rate"):
        return {"pk": Rate.objects.order_by("id")[0].pk}
    if page == "unit":
        return {"pk": BusinessUnit.objects.filter(initiatives__budget_lines=line)[0].pk}
    if page.startswith("commitment") and "of" not in wanted:
        return {"pk": Commitment.objects.filter(source="declared").order_by("id")[0].pk}
    pk = line.pk if page.startswith("line") and "of" not in wanted else line.initiative_id
    return {"pk": pk, "of": "initiatives", "fmt": "csv"}


def _silos(page: str, wanted: tuple[str, ...]) -> Arguments:
    if page == "initiative":
        return {"pk": _active().pk}
    if page in ("pool", "unlink"):
        link = PoolPurchase.objects.order_by("id")[0]
        return {"pk": link.pool_id, "purchase": link.purchase_id}
    finding = Finding.objects.filter(state="open", current=True).order_by("id")[0]
    return {"pk": finding.pk, "state": "dismissed", "kind": finding.kind, "fmt": "csv"}


def _procurement(page: str, wanted: tuple[str, ...]) -> Arguments:
    if page.startswith("billing"):
        return _bills(page, wanted)
    if page == "export":
        return {"what": "purchases", "fmt": "csv"}
    if page == "initiative":
        return {"pk": _active().pk}
    if page.startswith("import"):
        run = RegisterImport.objects.order_by("id").first()
        return {"pk": run.pk} if run else {}
    if page == "alias_remove":
        alias = VendorAlias.objects.filter(vendor__demo=True).order_by("id")[0]
        return {"pk": alias.vendor_id, "alias": alias.pk}
    vendor = Vendor.objects.filter(demo=True).order_by("id")[0]
    return {"vendor": vendor.pk, "pk": _bought(page)}


def _bought(page: str) -> int:
    """The row of the register of purchases that a page is of."""
    if page.startswith("request"):
        return PurchaseRequest.objects.filter(demo=True, state=Ask.ASKED).order_by("id")[0].pk
    kinds = {"vendor": Vendor, "alias": Vendor, "plan": PlanItem, "product": Product, "tier": PriceTier}
    model: Any = kinds.get(page.partition("_")[0], Purchase)
    if page.startswith("capability"):
        return Capability.objects.order_by("id")[0].pk
    return int(model.objects.filter(demo=True).order_by("id")[0].pk)


def _bills(page: str, _wanted: tuple[str, ...]) -> Arguments:
    """Of procurement's addresses those that begin with `billing`."""
    if page == "billing_export":
        return {"what": "totals", "fmt": "csv"}
    if page == "billing_item":
        return {"pk": BillingMonth.objects.order_by("id")[0].item_id}
    return {"pk": (BillingRule if "rule" in page else BillingImport).objects.order_by("id")[0].pk}


_SLICES: dict[str, Callable[[str, tuple[str, ...]], Arguments]] = {
    "initiatives": _initiatives,
    "accounts": _accounts,
    "finance": _finance,
    "procurement": _procurement,
    "workloads": _workloads,
    "sizing": _sizing,
    "silos": _silos,
    "assessments": _assessments,
    "evidence": _evidence,
    "gates": _gates,
    "meetings": _meetings,
    "risk": outlook.risk,
    "outlets": outlook.outlets,
}
