"""What public registers of real initiatives say (RISK.md, facts 1 to 7), and what the cited shares are shares of. Editable data."""

from typing import Any

from django.db import migrations

FOLLOWED = "US federal AI use cases before operation, all agencies that reported in both years"
AGENCIES = "US federal agencies that reported in both years"
SOURCE = "US federal AI inventories of 2024 and 2025, linked row by row"
EARLIER = "US federal AI inventories of 2023 and 2024, linked row by row"
RETIRED = "Listed as Retired in the next inventory. What was dropped without a word does not count, so the truth lies at or above it."
EITHER = "Listed as Retired, or not listed any more. A row may vanish for other reasons, so the truth lies at or below it."
COUNTED = "The register says who counts; one person linked the rows, without a second pair of eyes."
WILSON = "Interval by Wilson from the counts. " + COUNTED
BSS = "Brier skill score against the base rate of the reference class: 0 is no better, 1 perfect. For agencies held out of the fit."

# key, what it says, value, unit, (low, high), bound, definition, denominator, horizon in months, population, source, year, note
Row = tuple[Any, ...]
RATES: tuple[Row, ...] = (
    ("federal-retired", "Real initiatives explicitly retired before operation", "0.165", "ratio", ("0.143", "0.189"), "lower",
     RETIRED, "1,001 initiatives before operation in December 2024", 13, FOLLOWED, SOURCE, 2026, COUNTED),
    ("federal-retired-or-vanished", "Real initiatives explicitly retired or vanished from the register", "0.407", "ratio",
     ("0.377", "0.437"), "upper", EITHER, "1,001 initiatives before operation in December 2024", 13, FOLLOWED, SOURCE, 2026,
     COUNTED),
    ("federal-vanished", "Real initiatives that vanished from the register without a word", "0.2418", "ratio",
     ("0.2163", "0.2692"), "", "Not listed any more, and nobody said why: neither abandoned nor alive, an outcome of its own.",
     "242 of 1,001 initiatives before operation in December 2024", 13, FOLLOWED, SOURCE, 2026, WILSON),
    ("federal-deployed", "Real initiatives that became Deployed", "0.133", "ratio", ("0.1132", "0.1553"), "",
     "Listed as Deployed in the next inventory.", "1,001 initiatives before operation in December 2024", 13, FOLLOWED, SOURCE,
     2026, "Interval by Wilson from 133 of 1,001 (from the rounded share). " + COUNTED),
    ("federal-retired-2023", "Real initiatives explicitly retired, the year before", "0.171", "ratio", ("0.126", "0.228"),
     "lower", RETIRED, "210 initiatives before operation in the inventory of 2023", None, FOLLOWED, EARLIER, 2026,
     "From one inventory to the next, about a year. It agrees with the following year: the lower bound replicates."),
    ("federal-retired-or-vanished-2023", "Real initiatives retired or vanished, the year before", "0.70", "ratio", None, "upper",
     EITHER, "210 initiatives before operation in the inventory of 2023", None, FOLLOWED, EARLIER, 2026,
     "Does not replicate: the rule for research and development changed between the inventories, so many rows vanished by rule."),
    ("federal-36-months-retired", "Real initiatives abandoned by the age of 36 months, explicit retirement alone", "0.36",
     "ratio", ("0.23", "0.58"), "lower", RETIRED + " By age: Aalen-Johansen with delayed entry.",
     "Initiatives in flight at age 0, as far as the inventories met them", 36, FOLLOWED, SOURCE, 2026,
     "Compatible with the cited 39 % and 46 %, which are survey answers and no rate of 13 months."),
    ("federal-36-months-either", "Real initiatives abandoned by the age of 36 months, vanished ones included", "0.56", "ratio",
     ("0.38", "0.75"), "upper", EITHER + " By age: Aalen-Johansen with delayed entry.",
     "Initiatives in flight at age 0, as far as the inventories met them", 36, FOLLOWED, SOURCE, 2026, COUNTED),
    ("federal-36-months-production", "Real initiatives in production by the age of 36 months", "0.36", "ratio", ("0.34", "0.38"),
     "", "Deployed before retired. By age: Aalen-Johansen with delayed entry.",
     "Initiatives in flight at age 0, as far as the inventories met them", 36, FOLLOWED, SOURCE, 2026,
     "The ends are the two ways of counting the vanished, no interval; the value is their middle."),
)
ORGANISATIONS: tuple[Row, ...] = (
    ("federal-agency-least", "Least retired or vanished of any agency", "0", "ratio", ("0", "0.0713"), "upper", EITHER,
     "0 of 50 initiatives (Department of Transportation)", 13, AGENCIES, SOURCE, 2026, WILSON),
    ("federal-agency-most", "Most retired or vanished of any agency", "0.66", "ratio", ("0.4831", "0.7959"), "upper", EITHER,
     "21 of 32 initiatives (Department of State)", 13, AGENCIES, SOURCE, 2026,
     "Quoted as 66 to 72 %; 21 of 32 are 66 %. " + WILSON),
    ("federal-agency-spread", "Standard deviation of the rate between agencies", "0.21", "ratio", None, "",
     "Standard deviation of the rates of retired or vanished between agencies.", "Agencies", 13,
     AGENCIES, SOURCE, 2026, "The organisation says more than anything that was asked about an initiative."),
    ("federal-new-organisation", "What a new organisation's own rate may be", "0.396", "ratio", ("0.13", "0.69"), "",
     "80 % interval of the true rate of retired or vanished before the organisation brings any history.",
     "Organisations like these agencies", 13, AGENCIES, SOURCE, 2026, "Beta(1.80, 2.75): why first figures are so wide."),
)
PREDICTION: tuple[Row, ...] = (
    ("federal-static-auc", "How well static answers tell the abandoned from the others, outside their agency", "0.56", "AUC",
     ("0.43", "0.56"), "upper", "Area under the curve over several models; 0.5 is a coin. The range is over models.",
     "1,001 initiatives, agency held out", 13, FOLLOWED, SOURCE, 2026, "No skill score had an interval above 0."),
    ("federal-stratified-concordance", "The same within an agency, at best", "0.63", "AUC", None, "upper",
     "Concordance stratified by agency; 0.5 is a coin.", "1,001 initiatives", 13, FOLLOWED, SOURCE, 2026, COUNTED),
    ("federal-infrastructure-retired", "Do infrastructure answers say more of explicit retirement than stage and agency?",
     "0.20", "p-value", None, "", "Permutation test of infrastructure answers beyond stage and agency.", "165 retirements in 1,001",
     13, FOLLOWED, SOURCE, 2026, "No demonstrable signal; that is not evidence of no effect."),
    ("federal-no-central-provisioning", "No centralised provisioning, and retired or vanished", "2.27", "odds ratio",
     ("1.22", "4.23"), "", "Odds of retired or vanished with, against without.", "1,001 initiatives", 13,
     FOLLOWED, SOURCE, 2026, "An association, not a cause: permutation p 0.005, q 0.06 after all tests; it stays within bureaus."),
    ("federal-infrastructure-gain", "What infrastructure answers add for another organisation", "0.004", "BSS", ("-0.010", "0.015"),
     "", BSS, "Retired or vanished, 1,001 initiatives, agency held out", 13, FOLLOWED, SOURCE, 2026,
     "Explanatory, not predictive: such drivers must start small and earn their weight."),
    ("federal-blank-vanishing", "Blank answers and vanishing from the register", "1.84", "odds ratio", ("1.20", "2.82"), "",
     "Odds of vanishing for a standard deviation more of blank answers.", "1,001 initiatives", 13, FOLLOWED, SOURCE, 2026,
     "A sign of how the register is kept, not a cause of failure."),
    ("federal-blank-retired", "Blank answers and explicit retirement", "0.97", "odds ratio", ("0.50", "1.87"), "",
     "Odds of explicit retirement for a standard deviation more of blank answers.", "1,001 initiatives", 13, FOLLOWED, SOURCE,
     2026, "Nothing seen: blanks go with vanishing alone."),
)
HISTORY: tuple[Row, ...] = tuple(
    (f"federal-own-history-{n}", f"What {n} own outcomes add for explicit retirement", value, "BSS", None, "",
     BSS + " The organisation's own outcomes shrink the reference class.", f"Agencies held out, {n} outcomes of their own", 13,
     FOLLOWED, SOURCE, 2026, note)
    for n, value, note in (
        (0, "0.01", "Retired or vanished: 0.00."), (5, "0.12", "Retired or vanished: 0.05."),
        (10, "0.15", "Retired or vanished: 0.08."), (15, "0.16", "Retired or vanished: 0.08."),
    )
) + (
    ("federal-raw-own-rate-3", "What the raw own rate of 3 outcomes adds: it harms", "-0.03", "BSS", None, "",
     BSS + " The own rate as it is, not shrunk.", "Agencies held out, 3 outcomes of their own", 13, FOLLOWED, SOURCE, 2026,
     "Retired or vanished: -0.12. Worse than the reference class: own history must be shrunk."),
)  # fmt: skip

# key: (definition, denominator) of what was seeded before; a horizon was published with none of them
CITED = {
    "poc-abandoned": ("Abandoned while in the PoC stage, as organisations say of themselves.", "ML projects in the PoC stage"),
    "poc-to-production-scrapped": (
        "Scrapped between PoC and production (elsewhere: before broad adoption), as organisations say of themselves.",
        "AI projects that reached the PoC stage, average over organisations",
    ),
    "pilots-in-production": ("Pilots that reach production.", "AI pilots"),
    "at-risk-infrastructure": ("At risk of failure, in a reseller's opinion. At risk is no outcome.", "AI initiatives"),
    "separate-purchasing": ("Plans AI infrastructure purchases apart from general IT.", "Organisations in the survey"),
}


def seed(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("risk", "ReferenceStatistic").objects.using(schema_editor.connection.alias)
    for row in (*RATES, *ORGANISATIONS, *PREDICTION, *HISTORY):
        key, label, value, unit, ends, bound, definition, denominator, horizon, population, source, year, note = row
        low, high = ends or (None, None)
        rows.get_or_create(
            key=key,
            defaults={
                "label": label, "value": value, "unit": unit, "low": low, "high": high, "kind": "register", "bound": bound,
                "definition": definition, "denominator": denominator, "horizon_months": horizon, "population": population,
                "source": source, "year": year, "verified": False, "note": note,
            },
        )  # fmt: skip
    for key, (definition, denominator) in CITED.items():
        rows.filter(key=key, definition="").update(definition=definition, denominator=denominator)


class Migration(migrations.Migration):
    dependencies = [("risk", "0004_statistic_definitions")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
