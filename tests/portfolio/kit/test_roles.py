"""The two database roles: what the running role may do is what the models say, for every table there is."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from pytest_django.fixtures import Settings

from portfolio.kit import checks

pytestmark = pytest.mark.django_db


def _rights() -> dict[str, set[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, p.privilege FROM pg_class c"
            " CROSS JOIN unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE','TRUNCATE','TRIGGER']) AS p(privilege)"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
            " AND has_table_privilege(current_user, c.oid, p.privilege)"
        )
        rights: dict[str, set[str]] = {}
        for table, right in cursor.fetchall():
            rights.setdefault(table, set()).add(right)
    return rights


def test_the_suite_runs_as_the_application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (settings.DATABASES["default"]["USER"], False)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        assert cursor.fetchone() == (0,)


def test_every_table_grants_exactly_what_its_model_declares() -> None:
    rights = _rights()
    for model in apps.get_models(include_auto_created=True):
        expected = {"SELECT", "INSERT", "UPDATE", "DELETE"}
        if getattr(model, "insert_only", False):
            expected = {"SELECT", "INSERT"}
        if getattr(model, "read_only", False):
            expected = {"SELECT"}
        assert rights[model._meta.db_table] == expected, model


def test_one_role_for_both_is_a_misconfiguration(settings: Settings) -> None:
    assert checks.two_roles() == []
    same = settings.DATABASES["default"] | {"USER": settings.DATABASES["owner"]["USER"]}
    settings.DATABASES = settings.DATABASES | {"default": same}
    assert [problem.id for problem in checks.two_roles()] == ["pilotage.E001"]


def test_a_short_secret_key_is_refused(settings: Settings) -> None:
    settings.SECRET_KEY = "short"
    assert [problem.id for problem in checks.secret_key()] == ["pilotage.E002"]
