"""Migration operation that puts a table under the audit trail.

One generic SECURITY DEFINER function (created by the activity slice's first migration) writes the change of a whole
statement at once from its transition tables, so bulk and SQL writes are seen and a 100,000-row import pays per statement,
not per row. The application role may only read the trail: it can neither write nor change an entry by itself.
"""

from typing import Any

from django.db import migrations

# Bookkeeping that is no business change: generated columns, digests, sign-in stamps.
NEVER_RECORDED = (
    "search",
    "search_extra",
    "password",
    "digest",
    "last_login",
    "last_used_at",
    "updated_at",
    "sealed",  # secrets at rest, see secrets.py
)

_EVENTS = {
    "insert": "AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows",
    "update": "AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows",
}


def audited(table: str, *, without: tuple[str, ...] = ()) -> migrations.RunSQL:
    """Record every insert, update and delete on `table`, leaving out the columns in `without` and NEVER_RECORDED."""
    skipped = ",".join((*NEVER_RECORDED, *without))
    create: list[Any] = [
        f"CREATE TRIGGER audit_{event} {clause.format(table=table)} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION pilotage_audit('{skipped}')"
        for event, clause in _EVENTS.items()
    ]
    drop: list[Any] = [f"DROP TRIGGER IF EXISTS audit_{event} ON {table}" for event in _EVENTS]
    return migrations.RunSQL(sql=create, reverse_sql=drop)


# OFFSET 0 keeps PostgreSQL from building each row's JSON once for every place that names it.
AUDIT_FUNCTION = """
CREATE OR REPLACE FUNCTION pilotage_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    skipped text[] := string_to_array(TG_ARGV[0], ',');
    ctx jsonb := coalesce(nullif(current_setting('pilotage.actor', true), '')::jsonb, '{}'::jsonb);
    actor_id bigint := (ctx->>'actor_id')::bigint;
    actor text := coalesce(ctx->>'actor', 'database session ' || session_user);
    through text := coalesce(ctx->>'through', 'sql');
    request_id text := coalesce(ctx->>'request_id', '');
    note text := coalesce(ctx->>'note', '');
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO activity_auditentry
            (at, action, object_type, object_id, initiative_id, unit_id, actor_id, actor, through, request_id, note,
             before, after)
        SELECT clock_timestamp(), 'create', TG_TABLE_NAME, coalesce(n.j->>'id', n.j->>'token_key'),
               CASE WHEN TG_TABLE_NAME = 'initiatives_initiative' THEN (n.j->>'id')::bigint
                    ELSE (n.j->>'initiative_id')::bigint END,
               (n.j->>'unit_id')::bigint, actor_id, actor, through, request_id, note, NULL, n.j
        FROM (SELECT jsonb_strip_nulls(to_jsonb(r) - skipped) AS j FROM new_rows r OFFSET 0) n;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO activity_auditentry
            (at, action, object_type, object_id, initiative_id, unit_id, actor_id, actor, through, request_id, note,
             before, after)
        SELECT clock_timestamp(), 'delete', TG_TABLE_NAME, coalesce(o.j->>'id', o.j->>'token_key'),
               CASE WHEN TG_TABLE_NAME = 'initiatives_initiative' THEN (o.j->>'id')::bigint
                    ELSE (o.j->>'initiative_id')::bigint END,
               (o.j->>'unit_id')::bigint, actor_id, actor, through, request_id, note, o.j, NULL
        FROM (SELECT jsonb_strip_nulls(to_jsonb(r) - skipped) AS j FROM old_rows r OFFSET 0) o;
    ELSE
        INSERT INTO activity_auditentry
            (at, action, object_type, object_id, initiative_id, unit_id, actor_id, actor, through, request_id, note,
             before, after)
        SELECT clock_timestamp(), 'change', TG_TABLE_NAME, d.id,
               CASE WHEN TG_TABLE_NAME = 'initiatives_initiative' THEN d.id::bigint
                    ELSE (d.n->>'initiative_id')::bigint END,
               (d.n->>'unit_id')::bigint, actor_id, actor, through, request_id, note, c.before, c.after
        FROM (
            SELECT o.id, o.j AS o, n.j AS n
            FROM (SELECT coalesce(x.j->>'id', x.j->>'token_key') AS id, x.j
                  FROM (SELECT to_jsonb(r) - skipped AS j FROM old_rows r OFFSET 0) x) o
            JOIN (SELECT coalesce(x.j->>'id', x.j->>'token_key') AS id, x.j
                  FROM (SELECT to_jsonb(r) - skipped AS j FROM new_rows r OFFSET 0) x) n ON n.id = o.id
            WHERE o.j IS DISTINCT FROM n.j
        ) d
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(k, d.o->k) AS before, jsonb_object_agg(k, d.n->k) AS after
            FROM jsonb_object_keys(d.n) k WHERE d.o->k IS DISTINCT FROM d.n->k
        ) c;
    END IF;
    RETURN NULL;
END $$
"""
