"""What happens when, as lists that one can read. The only place where a lower floor's news reaches a higher one."""

from typing import NamedTuple


class Handler(NamedTuple):
    """A job's handler by dotted name; `queue` and `time_limit_s` are Celery's.

    `alone` is a queue of processes that run one job each: there goes what brought its worker down twice, so that it takes
    nobody along. `once`: it looks at everything, whatever the event says, so that one that waits serves later events too.
    """

    path: str
    queue: str = "default"
    time_limit_s: int = 90
    max_attempts: int = 5
    alone: str = ""
    once: bool = False


# Served by threads: a bell wakes one, and it goes on with whatever waits there.
THREADED = frozenset({"evidence"})

HANDLERS: dict[str, Handler] = {
    "initiatives.stage_import": Handler("portfolio.initiatives.tasks.stage_import", "imports", 600),
    "initiatives.publish_import": Handler("portfolio.initiatives.tasks.publish_import", "imports", 600),
    "initiatives.propose_links": Handler("portfolio.initiatives.tasks.propose_links", "imports", 600),
    "initiatives.index_search": Handler("portfolio.initiatives.tasks.index_search"),
    "finance.stage_import": Handler("portfolio.finance.tasks.stage_import", "imports", 600),
    "finance.publish_import": Handler("portfolio.finance.tasks.publish_import", "imports", 600),
    "procurement.read_import": Handler("portfolio.procurement.tasks.imports.read", "imports", 600),
    "procurement.publish_import": Handler("portfolio.procurement.tasks.imports.publish", "imports", 600),
    "procurement.read_bill": Handler("portfolio.procurement.tasks.billing.read", "imports", 600, max_attempts=20),
    "procurement.publish_bill": Handler("portfolio.procurement.tasks.billing.publish_staged", "imports", 600),
    "procurement.assign_bills": Handler("portfolio.procurement.tasks.billing.assign_all", "imports", 600),
    "procurement.tidy_bills": Handler("portfolio.procurement.tasks.billing.tidy_bills", "imports", 600),
    "workloads.read_trace": Handler("readiness.workloads.tasks.read_trace", "imports", 600),
    "sizing.recompute": Handler("readiness.sizing.tasks.recompute"),
    "activity.notify_mention": Handler("portfolio.activity.tasks.notify_mention"),
    "activity.send_mail": Handler("portfolio.activity.tasks.send_mail", max_attempts=300),  # a day, at least five minutes apart
    "activity.schedule_digests": Handler("portfolio.activity.tasks.schedule_digests"),
    "activity.write_digest": Handler("portfolio.activity.tasks.write_digest"),
    "activity.tidy_mails": Handler("portfolio.activity.tasks.tidy_mails"),
    "evidence.pull": Handler("readiness.evidence.tasks.pull", "evidence", 120, max_attempts=4, alone="imports"),
    "evidence.pull_files": Handler("readiness.evidence.tasks.pull", "imports", 600, max_attempts=3),
    "evidence.read": Handler("readiness.evidence.tasks.read_delivery", "imports", 600),
    "evidence.judge": Handler("readiness.evidence.tasks.judge"),
    "evidence.judge_catalogue": Handler("readiness.evidence.tasks.judge_catalogue"),
    "evidence.judge_due": Handler("readiness.evidence.tasks.judge_what_is_due"),
    "evidence.test": Handler("readiness.evidence.tasks.test", "evidence", 60, max_attempts=1),
    "evidence.tidy_pulls": Handler("readiness.evidence.tasks.tidy_pulls"),
    "evidence.tidy_files": Handler("readiness.evidence.tasks.tidy_files"),
    "evidence.tidy_history": Handler("readiness.evidence.tasks.tidy_history", "imports", 600),
    "silos.detect": Handler("readiness.silos.tasks.detect", "imports", 300, once=True),
    "silos.notify": Handler("readiness.silos.tasks.notify"),
    "risk.score": Handler("readiness.risk.tasks.score", "imports", 300, once=True),
    "risk.refit": Handler("readiness.risk.tasks.refit", "imports", 600),
    "risk.backtest": Handler("readiness.risk.tasks.backtest", "imports", 600),
    "risk.note_shown": Handler("readiness.risk.tasks.note_shown"),
    "risk.spend": Handler("readiness.risk.tasks.spend", "imports", 300, once=True),
    "risk.housekeeping": Handler("readiness.risk.tasks.housekeeping", "imports", 300),
    "gates.evaluate": Handler("readiness.gates.tasks.evaluate_changed"),
    "gates.evaluate_due": Handler("readiness.gates.tasks.evaluate_due"),
    "gates.sweep": Handler("readiness.gates.tasks.sweep"),
    "gates.anchor": Handler("readiness.gates.tasks.anchor"),
    "gates.notify": Handler("readiness.gates.tasks.notify"),
    "gates.notify_fading": Handler("readiness.gates.tasks.notify_fading"),
    "meetings.render_pack": Handler("readiness.meetings.tasks.render_pack", time_limit_s=120),
    "meetings.print_minutes": Handler("readiness.meetings.tasks.print_minutes"),
    "outlets.make_sheet": Handler("readiness.outlets.tasks.make_sheet", time_limit_s=150),
    "outlets.schedule": Handler("readiness.outlets.tasks.schedule"),
    "outlets.make_export": Handler("readiness.outlets.tasks.make_export", "imports", 600),
    "outlets.write_letter": Handler("readiness.outlets.tasks.write_letter"),
    "outbox.housekeeping": Handler("portfolio.outbox.tasks.housekeeping"),
    "accounts.housekeeping": Handler("portfolio.accounts.tasks.housekeeping"),
    "initiatives.housekeeping": Handler("portfolio.initiatives.tasks.housekeeping"),
    "finance.housekeeping": Handler("portfolio.finance.tasks.housekeeping"),
    "procurement.housekeeping": Handler("portfolio.procurement.tasks.imports.housekeeping"),
}

# event kind -> handlers, in the order of the floors
SUBSCRIBERS: dict[str, tuple[str, ...]] = {
    "initiative.changed": ("initiatives.index_search", "gates.evaluate", "risk.score"),
    "import.published": ("initiatives.index_search", "gates.evaluate", "risk.score"),
    "comment.added": ("activity.notify_mention", "initiatives.index_search"),
    "workload.changed": ("evidence.judge", "sizing.recompute", "gates.evaluate", "risk.score"),
    "capacity.changed": ("evidence.judge", "silos.detect", "gates.evaluate", "risk.score"),
    "evidence.arrived": ("evidence.judge",),
    "purchase.changed": ("procurement.assign_bills", "silos.detect", "gates.evaluate", "risk.score"),
    "purchase_request.changed": ("silos.detect",),
    "billing.published": ("silos.detect",),
    "billing.assigned": ("silos.detect",),
    "silo_rules.changed": ("silos.detect",),
    "finding.opened": ("silos.notify", "gates.evaluate", "risk.score"),
    "finding.changed": ("gates.evaluate", "risk.score"),
    "finding.assigned": ("silos.notify",),
    "catalogue.changed": ("evidence.judge_catalogue", "sizing.recompute"),
    "verdict.kept": ("gates.evaluate", "risk.score"),
    "sizing.changed": ("gates.evaluate", "risk.score"),
    "sizing.computed": ("gates.evaluate",),
    "venues.changed": ("silos.detect", "gates.evaluate", "risk.score"),
    "budget.changed": ("gates.evaluate", "risk.score", "risk.spend"),
    "assessment.changed": ("gates.evaluate", "risk.score"),
    "risk.scored": ("risk.spend",),
    "waiver.decided": ("gates.evaluate", "gates.notify", "risk.score"),
    "waiver.began": ("gates.evaluate",),
    "waiver.expired": ("gates.evaluate", "gates.notify", "risk.score"),
    "condition.proven": ("gates.evaluate", "risk.score"),
    "review.decided": ("gates.evaluate", "gates.notify", "risk.score", "risk.note_shown"),
    "vote.asked": ("gates.notify",),
    "review.opened": ("gates.notify", "risk.note_shown"),
    "review.scheduled": ("gates.notify",),
    "review.ready": ("gates.notify",),
    "review.proposed": ("gates.notify",),
    "decision.drifted": ("gates.notify",),
    "waiver.asked": ("gates.notify",),
    "waiver.expiring": ("gates.notify",),
    "condition.set": ("gates.notify", "risk.score"),
    "condition.due": ("gates.notify",),
    "condition.overdue": ("gates.notify", "risk.score"),
    "delegation.given": ("gates.notify",),
    "unknown.assigned": ("gates.notify",),
    "meeting.item": ("risk.note_shown",),
    "meeting.closed": ("meetings.print_minutes",),
}


# name in the beat table -> what looks, every few seconds, whether anything is due
TICKS: dict[str, str] = {"evidence.pulls": "readiness.evidence.tasks.write_due_pulls"}


# name in /readyz -> what tells an age in seconds, and the most that it may be
WATCHED: dict[str, tuple[str, float]] = {"pulls": ("readiness.evidence.queries.sources.oldest_due_s", 60.0)}


class Slot(NamedTuple):
    """A schedule entry: `handler` once per `every_s`, one run after a pause and never one per missed slot."""

    handler: str
    every_s: int


SCHEDULE: tuple[Slot, ...] = (
    Slot("outbox.housekeeping", 3600),
    Slot("accounts.housekeeping", 24 * 3600),
    Slot("activity.tidy_mails", 24 * 3600),
    Slot("activity.schedule_digests", 600),
    Slot("initiatives.housekeeping", 24 * 3600),
    Slot("finance.housekeeping", 24 * 3600),
    Slot("procurement.housekeeping", 24 * 3600),
    Slot("procurement.tidy_bills", 24 * 3600),
    Slot("evidence.judge_due", 300),
    Slot("evidence.tidy_pulls", 24 * 3600),
    Slot("evidence.tidy_files", 3600),
    Slot("evidence.tidy_history", 24 * 3600),
    Slot("silos.detect", 6 * 3600),  # terms end and notice days come near by themselves; use is measured all day
    Slot("risk.refit", 24 * 3600),  # learns from what closed, and scores what time alone has changed
    Slot("risk.spend", 24 * 3600),  # what is bound shrinks with every day, and a period begins
    Slot("risk.housekeeping", 24 * 3600),
    Slot("gates.evaluate_due", 300),
    Slot("gates.sweep", 60),
    Slot("gates.notify_fading", 6 * 3600),
    Slot("gates.anchor", 1800),  # at least hourly where anything changed
    Slot("outlets.schedule", 600),  # letters and exports whose morning has come
    Slot("sizing.recompute", 24 * 3600),  # what another version of the engine said; the same inputs add nothing
)
