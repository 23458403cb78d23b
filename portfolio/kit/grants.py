"""What the application role may do, applied after every migration by the owner.

A model says `insert_only = True` (app may add rows, never change or remove them) or `read_only = True` (rows come from a
trigger or an owner's function). Everything else is readable and writable. Both lists are tested against PostgreSQL's own
catalogue, so a table without a grant fails the suite.
"""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from psycopg import sql

READERS = "pilotage_readonly"


def grant_after_migrate(*, using: str, **_: Any) -> None:
    """Grant to the role named in DATABASE_URL; a no-op where the migrating role is that role itself (check W001)."""
    app_role = str(settings.DATABASES["default"].get("USER", ""))
    if using == "owner" or connections[using].settings_dict["USER"] != app_role:
        grant(using=using, app_role=app_role)


def grant(*, using: str, app_role: str) -> None:
    """(Re)issue all grants on all tables and sequences of the schema for `app_role`."""
    everything, insert_only, read_only = _tables(using)
    app = sql.Identifier(app_role)
    with connections[using].cursor() as cursor:
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(app))
        cursor.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(app))
        for table in everything:
            name = sql.Identifier(table)
            rights = "SELECT" if table in read_only else "SELECT, INSERT"
            if table not in insert_only | read_only:
                rights += ", UPDATE, DELETE"
            cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(name, app))
            cursor.execute(sql.SQL("GRANT " + rights + " ON {} TO {}").format(name, app))
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READERS])
        if cursor.fetchone():
            cursor.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(sql.Identifier(READERS)))


def _tables(using: str) -> tuple[list[str], set[str], set[str]]:
    everything = connections[using].introspection.table_names()
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    insert_only = {table for table, model in models.items() if getattr(model, "insert_only", False)}
    read_only = {table for table, model in models.items() if getattr(model, "read_only", False)}
    return everything, insert_only, read_only | {"django_migrations"}
