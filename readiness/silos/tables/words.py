"""What findings are called: one sentence each, made of what the reader may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from readiness.silos.choices import FindingKind, FindingState, FindingStep, ProofTable, Proposal

KINDS = {
    FindingKind.OUTSIDE_PLAN: gettext_lazy("Outside the plan"),
    FindingKind.DUPLICATE_CAPABILITY: gettext_lazy("Same capability, several units"),
    FindingKind.IDLE_COMMITMENT: gettext_lazy("Idle beside a queue"),
    FindingKind.PRICE_TIER: gettext_lazy("Contracts above a price tier"),
    FindingKind.SHADOW_SPEND: gettext_lazy("Shadow spend"),
    FindingKind.TERM_OVERLAP: gettext_lazy("Terms overlap"),
    FindingKind.RENEWAL_DUE: gettext_lazy("Renewal due"),
}
ICONS = {
    FindingKind.OUTSIDE_PLAN: "receipt",
    FindingKind.DUPLICATE_CAPABILITY: "copy",
    FindingKind.IDLE_COMMITMENT: "player-pause",
    FindingKind.PRICE_TIER: "stack-2",
    FindingKind.SHADOW_SPEND: "eye-off",
    FindingKind.TERM_OVERLAP: "columns",
    FindingKind.RENEWAL_DUE: "refresh",
}
# state -> (word, icon, verdict palette): open asks for something, accepted is under way, dismissed and done are settled
STATES = {
    FindingState.OPEN: (gettext_lazy("Open"), "circle-dashed", "warning"),
    FindingState.ACCEPTED: (gettext_lazy("Accepted"), "progress-check", "waived"),
    FindingState.DISMISSED: (gettext_lazy("Dismissed"), "minus", "not_applicable"),
    FindingState.DONE: (gettext_lazy("Done"), "check", "met"),
}
PROPOSALS = {
    Proposal.MERGE: (gettext_lazy("Merge"), "git-merge"),
    Proposal.TRANSFER: (gettext_lazy("Transfer"), "route"),
    Proposal.BRING_INTO_PLAN: (gettext_lazy("Bring into the plan"), "clipboard-check"),
    Proposal.LET_LAPSE: (gettext_lazy("Let lapse"), "calendar"),
}
STEPS = {
    FindingStep.OPENED: (gettext_lazy("Found for the first time"), "search"),
    FindingStep.CHANGED: (gettext_lazy("Its amount changed materially"), "adjustments"),
    FindingStep.GONE: (gettext_lazy("No longer found"), "circle-off"),
    FindingStep.RETURNED: (gettext_lazy("Found again"), "refresh"),
    FindingStep.REOPENED: (gettext_lazy("Open again"), "arrow-back-up"),
    FindingStep.ACCEPTED: (gettext_lazy("Accepted"), "progress-check"),
    FindingStep.DISMISSED: (gettext_lazy("Dismissed"), "minus"),
    FindingStep.DONE: (gettext_lazy("Done"), "check"),
    FindingStep.ASSIGNED: (gettext_lazy("Handed over"), "user"),
}
TABLES = {
    ProofTable.PURCHASE: gettext_lazy("Purchases"),
    ProofTable.REQUEST: gettext_lazy("Purchase requests that wait"),
    ProofTable.POOL: gettext_lazy("Capacity pools"),
    ProofTable.QUEUE: gettext_lazy("Capacity asked for and not granted"),
    ProofTable.BILLING_ITEM: gettext_lazy("Billed items"),
    ProofTable.QUOTA: gettext_lazy("Quotas asked for and not granted"),
}
# What a page offers to do, in the order of the buttons: state -> (label, icon, whether it is what to do next)
ACTIONS = {
    FindingState.ACCEPTED: (gettext_lazy("Accept"), "progress-check"),
    FindingState.DONE: (gettext_lazy("Done"), "check"),
    FindingState.DISMISSED: (gettext_lazy("Dismiss"), "minus"),
    FindingState.OPEN: (gettext_lazy("Open again"), "arrow-back-up"),
}
NAMED = 2


def title(row: Mapping[str, Any], units: Sequence[str], thing: str = "") -> str:
    """`row` as queries.findings gives it, names of units that the reader sees, and the pool, purchase or parent it is about."""
    kind = FindingKind(row["kind"])
    words = {
        "units": some(units), "what": row["capability_label"] or _("something of unknown capability"),
        "vendor": row["shown_vendor"] or _("a vendor"), "thing": thing,
    }  # fmt: skip
    if not row["whole"]:
        return _partial(kind, words)
    return _whole(kind, row, words)


def _partial(kind: FindingKind, words: Mapping[str, str]) -> str:
    if kind is FindingKind.DUPLICATE_CAPABILITY:
        return _("%(what)s is bought by %(units)s and by other units") % words
    if kind is FindingKind.IDLE_COMMITMENT:
        return _("%(what)s stands idle in one unit while another waits for it; %(units)s takes part") % words
    if kind is FindingKind.PRICE_TIER:
        return _("Contracts of %(units)s and of other units together reach a price tier") % words
    return f"{KINDS[kind]}: {words['units']}"


def _whole(kind: FindingKind, row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    n = int(row["shown_units"] or 0)
    told = {**words, "rows": row["shown_rows"] or 0, "n": n}
    if kind is FindingKind.DUPLICATE_CAPABILITY:
        said = ngettext("%(what)s is bought by %(n)d unit", "%(what)s is bought by %(n)d units", n) % told
        return _("%(said)s of %(parent)s") % {"said": said, "parent": words["thing"]} if words["thing"] else said
    return str(_TITLES[kind]) % told


_TITLES = {
    FindingKind.OUTSIDE_PLAN: gettext_lazy("%(units)s buys %(what)s from %(vendor)s outside the plan"),
    FindingKind.IDLE_COMMITMENT: gettext_lazy("“%(thing)s” stands idle while others wait for %(what)s"),
    FindingKind.PRICE_TIER: gettext_lazy("%(rows)d purchases from %(vendor)s together reach a price tier"),
    FindingKind.SHADOW_SPEND: gettext_lazy("%(vendor)s bills %(units)s for %(what)s without a purchase"),
    FindingKind.TERM_OVERLAP: gettext_lazy("%(units)s pays %(vendor)s twice for %(what)s"),
    FindingKind.RENEWAL_DUE: gettext_lazy("“%(thing)s” of %(units)s renews unless notice is given"),
}


def some(names: Sequence[str]) -> str:
    """`Stores, Web and 3 more`; a dash-free stand-in where none shows."""
    if not names:
        return _("a unit")
    if len(names) <= NAMED:
        return " & ".join(names)
    return _("%(names)s and %(n)d more") % {"names": ", ".join(names[:NAMED]), "n": len(names) - NAMED}
