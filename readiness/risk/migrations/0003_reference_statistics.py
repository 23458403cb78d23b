"""The published figures that DOMAIN.md names, none of them checked at its primary source (RISK.md, 6). Editable data."""

from typing import Any

from django.db import migrations

RETOLD = "Retold by a secondary article; the primary publication was not found."
SURVEY = "Organisations that took part in the survey (self-report)"

# key, what it says, value, unit, (low, high), population, source, year, note
STATISTICS: tuple[tuple[Any, ...], ...] = (
    (
        "poc-abandoned",
        "ML projects abandoned while in the PoC stage",
        "0.39",
        "ratio",
        None,
        "ML projects in the PoC stage, average over surveyed organisations",
        "451 Alliance",
        None,
        RETOLD + " An alternative to the 46 %, not a factor of it.",
    ),
    (
        "poc-to-production-scrapped",
        "AI projects scrapped between PoC and production",
        "0.46",
        "ratio",
        None,
        "AI projects that reached the PoC stage",
        "RTS Labs",
        None,
        RETOLD + " S&P Global (VotE 2025, n = 1,006) is credited with the same figure elsewhere.",
    ),
    (
        "pilots-in-production",
        "AI pilots that reach production",
        "0.3333",
        "ratio",
        None,
        "AI pilots",
        "RTS Labs",
        None,
        RETOLD + " Another base than the 46 %: the rest is stalled or in flight.",
    ),
    (
        "at-risk-infrastructure",
        "AI initiatives at risk of failure through inadequate infrastructure",
        "0.90",
        "ratio",
        None,
        "AI initiatives",
        "Softchoice",
        2026,
        "At risk does not mean will fail. A reseller's claim; never a base rate.",
    ),
    (
        "separate-purchasing",
        "Organisations that plan AI infrastructure purchases apart from general IT",
        "0.66",
        "ratio",
        None,
        SURVEY,
        "451 Alliance",
        None,
        RETOLD + " No published link to abandonment.",
    ),
    (
        "public-cloud-storage",
        "Public cloud as the venue of AI storage",
        "0.51",
        "ratio",
        None,
        SURVEY,
        "451 Alliance",
        None,
        RETOLD,
    ),
    (
        "public-cloud-training",
        "Public cloud as the venue of AI training",
        "0.39",
        "ratio",
        None,
        SURVEY,
        "451 Alliance",
        None,
        RETOLD,
    ),
    (
        "public-cloud-inference",
        "Public cloud as the venue of AI inference",
        "0.37",
        "ratio",
        None,
        SURVEY,
        "451 Alliance",
        None,
        RETOLD,
    ),
    (
        "containerised",
        "Organisations with containerised ML production",
        "0.68",
        "ratio",
        None,
        SURVEY,
        "451 Alliance",
        None,
        RETOLD,
    ),
    (
        "containerised-year-before",
        "Organisations with containerised ML production, the year before",
        "0.55",
        "ratio",
        None,
        SURVEY,
        "451 Alliance",
        None,
        RETOLD,
    ),
    (
        "infrastructure-spend",
        "Average spend on AI infrastructure in a year",
        "1500000",
        "USD",
        None,
        "Enterprises",
        "Article without a named survey",
        None,
        RETOLD,
    ),
    (
        "model-and-data-share",
        "Share of AI budgets for model APIs and data",
        "0.75",
        "ratio",
        ("0.70", "0.80"),
        "AI budgets",
        "Trade blog on the Softchoice figure",
        2026,
        "An author's estimate, no data published; 70 to 80 %.",
    ),
    (
        "infrastructure-share",
        "Share of AI budgets for infrastructure",
        "0.20",
        "ratio",
        None,
        "AI budgets",
        "Trade blog on the Softchoice figure",
        2026,
        "An author's estimate, no data published.",
    ),
    (
        "infrastructure-share-recommended",
        "Recommended share of AI budgets for infrastructure",
        "0.45",
        "ratio",
        ("0.40", "0.50"),
        "AI budgets",
        "Trade blog on the Softchoice figure",
        2026,
        "Advice, not an observation.",
    ),
    (
        "scaling-stalls",
        "AI leaders surveyed who name infrastructure as the key to scaling stalls",
        "300",
        "people",
        None,
        "AI leaders",
        "Crusoe",
        2026,
        "300 or more were asked; how many said so is not published. A vendor's survey.",
    ),
)


def seed(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("risk", "ReferenceStatistic").objects.using(schema_editor.connection.alias)
    for key, label, value, unit, bounds, population, source, year, note in STATISTICS:
        low, high = bounds or (None, None)
        rows.create(
            key=key, label=label, value=value, unit=unit, low=low, high=high, population=population, source=source,
            year=year, verified=False, note=note,
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("risk", "0002_audit")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
