"""The trail sees every way of writing, and the application role cannot touch it."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection

from portfolio.activity.models import AuditEntry
from portfolio.initiatives.models import Initiative, Lifecycle
from portfolio.kit.acting import acting
from tests.people import Organisation

pytestmark = pytest.mark.django_db

# Queue, sessions, staging and library tables hold no business decision.
NOT_BUSINESS = {
    "outbox_event",
    "outbox_job",
    "outbox_beat",
    "activity_auditentry",
    "activity_notice",
    "activity_noticepreference",
    "activity_mail",
    "activity_mailattachment",
    "activity_comment_mentions",
    "initiatives_importrow",
    "initiatives_registerrow",
    "initiatives_linksearch",
    "initiatives_linkproposal",
    "sizing_sizingresult",
    # computed from what is under the trail; each row says from what, when and why
    "initiatives_riskstanding",
    "risk_modelversion",
    "risk_generation",
    "risk_score",
    "risk_backtest",
    "risk_shown",
    "risk_spending",
    "risk_stake",
}
OURS = {"outbox", "accounts", "activity", "initiatives", "workloads", "assessments", "sizing", "risk"}


@pytest.fixture
def initiative(organisation: Organisation) -> Initiative:
    with acting(organisation.actor("Paula"), note="made for a test"):
        lifecycle = Lifecycle.objects.create(key="lean", name="Lean")
        return Initiative.objects.create(name="Shelf camera", unit=organisation.units["Stores"], lifecycle=lifecycle)


def test_a_create_is_recorded_with_who_and_through_what(initiative: Initiative) -> None:
    entry = AuditEntry.objects.get(object_type="initiatives_initiative", action="create")
    assert (entry.actor, entry.through, entry.note) == (
        "Paula Test",
        "page",
        "made for a test",
    )
    assert entry.initiative_id == initiative.pk
    assert entry.after is not None
    assert entry.after["name"] == "Shelf camera"


def test_bulk_and_plain_sql_updates_are_recorded_with_before_and_after(
    initiative: Initiative,
) -> None:
    Initiative.objects.filter(pk=initiative.pk).update(purpose="count shelves")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE initiatives_initiative SET topic = 'vision' WHERE id = %s",
            [initiative.pk],
        )
    bulk, plain = AuditEntry.objects.filter(object_type="initiatives_initiative", action="change").order_by("id")
    assert (bulk.before, bulk.after) == ({"purpose": ""}, {"purpose": "count shelves"})
    assert (plain.before, plain.after) == ({"topic": ""}, {"topic": "vision"})


def test_a_write_without_an_author_is_recorded_as_a_database_session(
    organisation: Organisation,
) -> None:
    Lifecycle.objects.create(key="bare", name="Bare")
    entry = AuditEntry.objects.get(object_type="initiatives_lifecycle", after__key="bare")
    assert entry.through == "sql" and "pilotage_app" in entry.actor


def test_a_nested_author_gives_the_pen_back(organisation: Organisation) -> None:
    with acting(organisation.actor("Paula")):
        with acting(organisation.actor("Lars")):
            Lifecycle.objects.create(key="inner", name="Inner")
        Lifecycle.objects.create(key="outer", name="Outer")
    authors = dict(AuditEntry.objects.filter(object_type="initiatives_lifecycle").values_list("after__key", "actor"))
    assert authors["inner"] == "Lars Test" and authors["outer"] == "Paula Test"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO activity_auditentry (action, object_type, object_id, actor, through) VALUES ('x','x','x','x','x')",
        "UPDATE activity_auditentry SET actor = 'nobody'",
        "DELETE FROM activity_auditentry",
        "TRUNCATE activity_auditentry",
        "ALTER TABLE initiatives_initiative DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "SELECT pilotage_audit()",
        "UPDATE outbox_event SET kind = 'x'",
        "DELETE FROM outbox_event",
    ],
)
def test_the_application_role_cannot(organisation: Organisation, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_every_business_table_is_under_the_trail(organisation: Organisation) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event_object_table, count(DISTINCT event_manipulation) FROM information_schema.triggers"
            " WHERE trigger_name LIKE 'audit_%' GROUP BY 1"
        )
        covered = {table for table, events in cursor.fetchall() if events == 3}
        cursor.execute(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE tgname LIKE 'audit_%' GROUP BY 1 HAVING count(*) = 3"
        )
        covered |= {table for (table,) in cursor.fetchall()}
    tables = {m._meta.db_table for m in apps.get_models(include_auto_created=True) if m._meta.app_label in OURS}
    assert tables - NOT_BUSINESS - covered == set()
