"""How the JSON of a staged row becomes columns: pieces of SQL that creating and updating share."""

from __future__ import annotations

# Every field a staged row can have; absent ones are NULL.
RECORD = (
    "name text, purpose text, outputs text, topic text, approach text, impact_level text, system_name text,"
    " owner_name text, owner_email text, sponsor_name text, programme text, expected_value numeric,"
    " expected_value_currency text, venue_storage text, venue_training text, venue_inference text, containerised text,"
    " orchestrator text, procurement_route text, developed_by text, contract_numbers jsonb, answers jsonb, status text,"
    " closure_kind text, status_note text, unit jsonb, stage text, stage_raw text, external_id text, external_ids jsonb,"
    " tags jsonb, links jsonb, source_code_url text, initiated_on jsonb, development_began_on jsonb, implemented_on jsonb,"
    " retired_on jsonb, target_production_on jsonb"
)
ROWS = f"initiatives_importrow r CROSS JOIN LATERAL jsonb_to_record(r.fields) AS f({RECORD})"
CREATED = "r.run_id = %(run)s AND r.outcome = 'created'"
UPDATED = "r.run_id = %(run)s AND r.outcome = 'updated'"
UNITS = "unnest(%(paths)s::jsonb[], %(unit_ids)s::bigint[], %(trails)s::text[]) AS u(path, unit_id, trail)"
PEOPLE = "(SELECT DISTINCT ON (lower(email)) id, name, lower(email) AS email FROM accounts_user WHERE is_active) o"

# text columns that take the field as it is
TEXTS = ("purpose", "outputs", "topic", "approach", "impact_level", "system_name", "orchestrator", "sponsor_name")
# choices whose blank is "unknown"
CHOICES = (
    "venue_storage", "venue_training", "venue_inference", "containerised", "procurement_route", "developed_by",
)  # fmt: skip
# field -> kind of dated fact
DATES = {
    "initiated_on": "initiated",
    "development_began_on": "development_began",
    "implemented_on": "implemented",
    "retired_on": "retired",
    "target_production_on": "target_production",
}

OWNER_NAME = "coalesce(nullif(f.owner_name, ''), f.owner_email, '')"

# The file's date for entering stage `s`, as JSON: the first stage is entered when an initiative is initiated, a
# production stage when it is implemented, a stage of development when development began. No other stage has a date.
STAGE_DATE = (
    "CASE WHEN s.kind = 'production' THEN f.implemented_on"
    " WHEN s.position = (SELECT min(position) FROM initiatives_stage WHERE lifecycle_id = s.lifecycle_id)"
    " THEN f.initiated_on"
    " WHEN s.key IN ('acquisition_development', 'development') THEN f.development_began_on END"
)


def day(date: str) -> str:
    """SQL for the first day of a dated field, NULL if nothing was read."""
    return f"({date} ->> 'value')::date"


def precision(date: str) -> str:
    return f"CASE WHEN {date} ->> 'value' IS NULL THEN 'unknown' ELSE {date} ->> 'precision' END"


def exact_day(date: str) -> str:
    """SQL for the day where the source names one; where a column has no precision beside it, nothing less will do."""
    return f"CASE WHEN {date} ->> 'precision' = 'day' THEN ({date} ->> 'value')::date END"


def items(document: str, name: str) -> str:
    """SQL rows (one column `value`) of a list field in a JSON document; none if it is absent."""
    return f"jsonb_array_elements_text(coalesce(nullif({document} -> '{name}', 'null'), '[]')) AS each(value)"
