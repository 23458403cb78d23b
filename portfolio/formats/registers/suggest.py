"""A first guess at the mapping of an unknown register, from its header words and a sample of its rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from portfolio.formats.registers.dates import DateOptions, DateOrder, Precision, read_date
from portfolio.formats.registers.mapping import Accept, FieldMap, KeyRule, Mapping
from portfolio.formats.registers.targets import TARGETS, Kind
from portfolio.formats.registers.words import folded, is_not_applicable

_SAMPLE = 200
_LEAST = 0.35
_WORDS: tuple[tuple[str, str, float], ...] = (
    # target, pattern over the folded header with _ and - as spaces, confidence; the first best one wins
    ("external_id", r"(use ?case |initiative |project |record )?(id|identifier|key|number|ref(erence)?)\b", 0.9),
    ("external_id", r".*\b(id|identifier)$", 0.6),
    ("name", r"((use ?case|initiative|project|system|tool) )?(name|title)$", 0.95),
    ("name", r"(use ?case|initiative|project)$", 0.7),
    ("unit_code", r".*\b(abbreviation|(department|agency|unit|organi[sz]ation) code)\b", 0.85),
    (
        "unit",
        r"(department|agency|bureau|office|division|component|directorate|business unit|unit|organi[sz]ation)s?$",
        0.9,
    ),
    ("purpose", r".*\b(purpose|summary|description|benefits?|abstract|objective)\b", 0.75),
    ("outputs", r".*\boutputs?\b", 0.8),
    ("topic", r".*\b(topic|category|domain)\b", 0.7),
    ("approach", r".*\b(techniques?|approach|method|ai type|classification)\b", 0.6),
    ("stage", r".*\b(stage|phase|lifecycle|life cycle)\b", 0.9),
    ("status", r"(status|state)$", 0.7),
    ("impact_level", r".*\b(impact|high impact|rights impacting|risk level)\b", 0.65),
    (
        "initiated_on",
        r".*(date.*(initiated|requested|submitted)|(start|begin|initiation) date|(initiated|started) on)\b",
        0.85,
    ),
    ("development_began_on", r".*date.*(acquisition|development)", 0.85),
    (
        "implemented_on",
        r".*(date.*(implemented|deployed|operational)|(implementation|deployment|go live) date|deployed on)",
        0.85,
    ),
    ("retired_on", r".*(date.*(retired|closed|decommission)|(retirement|end|closing) date|(retired|closed) on)", 0.85),
    ("target_production_on", r".*(target|planned|expected).*(date|production|go live)", 0.75),
    ("developed_by", r".*(developed|development).*(in house|contract|vendor|by)\b", 0.8),
    ("contract_numbers", r".*\b(piid|contract (number|no|id)|procurement instrument)\b", 0.8),
    ("contract_numbers", r".*\bcontracts?\b", 0.5),
    ("owner_email", r".*\be ?mail\b", 0.8),
    ("owner_name", r".*\b(owner|contact|responsible|lead|product manager)\b", 0.75),
    ("sponsor_name", r".*\bsponsor\b", 0.85),
    ("programme", r".*\b(programme|program|portfolio)$", 0.7),
    ("expected_value_currency", r".*\bcurrency$", 0.85),
    ("expected_value", r".*\b(expected value|value|benefit amount|savings|business value)\b.*", 0.6),
    ("venue_storage", r".*\bstorage\b", 0.5),
    ("venue_training", r".*\btraining (venue|environment|location|infrastructure)\b", 0.6),
    ("venue_inference", r".*\b(hosting|hosted|inference|deployment environment|cloud)\b", 0.5),
    ("containerised", r".*\bcontaineri[sz]ed\b", 0.85),
    ("orchestrator", r".*\b(orchestrat\w+|kubernetes)\b", 0.75),
    ("procurement_route", r".*\b(procurement route|in (the )?it plan|in plan)\b", 0.75),
    ("tags", r".*\b(tags?|labels?|keywords)$", 0.85),
    ("source_code_url", r".*\b(source code|repository|open source)\b", 0.6),
    ("links", r".*\b(links?|urls?|website)\b", 0.6),
    ("status_note", r".*\b(status note|comments?|remarks?|notes?)$", 0.7),
    ("system_name", r"system( name)?$", 0.75),
    ("answers.infra_provisioned", r".*\binfrastructure\b.*\b(provision\w*|intake)\b", 0.85),
    ("answers.compute_request", r".*\bcomput(e|ing) resources\b", 0.85),
    ("answers.dev_tools_wait", r".*\b(waited|wait)\b.*\btools\b", 0.85),
    ("answers.timely_resources", r".*\bresources\b.*\btimely\b", 0.85),
    ("answers.existing_reuse", r".*\bre ?used?\b", 0.6),
    ("answers.ato", r".*\b(ato|authority to operate)\b", 0.85),
    ("answers.documentation", r".*\bdocumentation\b", 0.6),
    ("answers.data_catalogue", r".*\bdata catalog(ue)?\b", 0.85),
    ("answers.custom_code", r".*\bcustom (developed )?code\b", 0.85),
    ("answers.personal_data", r".*\b(pii|personal data|personally identifiable)\b", 0.8),
    ("answers.commercial_product", r".*\b(commercial|off the shelf|cots)\b", 0.65),
)
_PATTERNS = tuple((target, re.compile(pattern), confidence) for target, pattern, confidence in _WORDS)
_SEVERAL = frozenset({"unit"})


@dataclass(frozen=True, slots=True)
class Guess:
    """`confidence` from 0 to 1; `target` None: the column stays in the raw row. `why` says what the guess rests on."""

    column: str
    target: str | None
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A mapping to start from. The person decides: nothing in it is imported unseen."""

    mapping: Mapping
    guesses: tuple[Guess, ...]


def suggest_mapping(headers: Sequence[str], sample_rows: Sequence[Sequence[str]], register: str = "import") -> Suggestion:
    """One guess per column; each target goes to the most confident column (units take all of theirs, in file order).

    If no header looks like a name, the first column of short, mostly distinct texts is taken with little confidence.
    """
    columns = [_values(sample_rows, position) for position in range(len(headers))]
    offers = [_best(header, values) for header, values in zip(headers, columns, strict=True)]
    guesses = _without_rivals(list(offers))
    if not any(guess.target == "name" for guess in guesses):
        _name_one(guesses, columns)
    fields = _fields(guesses, columns)
    key = _key(fields, dict(zip(headers, columns, strict=True)))
    return Suggestion(Mapping(register, key, fields), tuple(guesses))


def _values(rows: Sequence[Sequence[str]], position: int) -> list[str]:
    cells = (row[position].strip() for row in rows[:_SAMPLE] if position < len(row))
    return [cell for cell in cells if cell and not is_not_applicable(cell)]


def _best(header: str, values: list[str]) -> Guess:
    words = " ".join(re.sub(r"[_\-/?,().:]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)).split())
    plain = folded(words)
    best = Guess(header, None, 0.0, "no known word in the header")
    for target, pattern, confidence in _PATTERNS:
        match = pattern.match(plain)
        if match is None:
            continue
        weighed, why = _weighed(target, confidence, values)
        if weighed > max(best.confidence, _LEAST):
            best = Guess(header, target, round(weighed, 2), f'header says "{match[0][-60:].strip()}"{why}')
    return best


def _weighed(target: str, confidence: float, values: list[str]) -> tuple[float, str]:
    """Confidence after a look at the values: a date column should hold dates, an id should not repeat."""
    if not values:
        return confidence * 0.6, "; no values in the sample"
    kind = TARGETS[target].kinds[0]
    if kind is Kind.DATE:
        dated = sum(read_date(value).precision is not Precision.UNKNOWN for value in values) / len(values)
        return confidence * (0.2 + 0.8 * dated), f"; {dated:.0%} of the values are dates"
    if target == "external_id":
        distinct = len(set(values)) / len(values)
        return confidence * distinct**2, f"; {distinct:.0%} of the values are distinct"
    if kind in (Kind.CHOICE, Kind.YES_NO):
        distinct = len(set(map(folded, values)))
        few = distinct <= max(12, len(values) // 4)
        return confidence * (1.0 if few else 0.5), f"; {distinct} different values"
    if target in ("links", "source_code_url"):
        urls = sum(value.startswith(("http://", "https://")) for value in values) / len(values)
        return confidence * (0.6 + 0.4 * urls), f"; {urls:.0%} of the values are addresses"
    return confidence, ""


def _without_rivals(guesses: list[Guess]) -> list[Guess]:
    winners: dict[str, float] = {}
    for guess in guesses:
        if guess.target is not None and guess.target not in _SEVERAL:
            winners[guess.target] = max(winners.get(guess.target, 0.0), guess.confidence)
    taken: set[str] = set()
    result: list[Guess] = []
    for guess in guesses:
        target = guess.target
        if target in winners and (guess.confidence < winners[target] or target in taken):
            result.append(replace(guess, target=None, why=f"another column looks more like {target}"))
            continue
        if target is not None:
            taken.add(target)
        result.append(guess)
    return result


def _name_one(guesses: list[Guess], columns: list[list[str]]) -> None:
    for position, values in enumerate(columns):
        free = guesses[position].target is None
        if free and values and len(set(values)) / len(values) > 0.8 and max(map(len, values)) <= 300:
            guesses[position] = replace(guesses[position], target="name", confidence=0.2, why="short texts that rarely repeat")
            return
    if guesses:
        guesses[0] = replace(guesses[0], target="name", confidence=0.05, why="nothing looks like a name")


def _fields(guesses: list[Guess], columns: list[list[str]]) -> tuple[FieldMap, ...]:
    by_target: dict[str, list[int]] = {}
    for position, guess in enumerate(guesses):
        if guess.target is not None:
            by_target.setdefault(guess.target, []).append(position)
    return tuple(
        _field(target, tuple(guesses[each].column for each in positions), columns[positions[0]])
        for target, positions in by_target.items()
    )


def _field(target: str, columns: tuple[str, ...], values: list[str]) -> FieldMap:
    field = FieldMap(target, columns, TARGETS[target].kinds[0], required=target == "name")
    if field.kind is Kind.DATE:
        return replace(field, dates=_date_options(values))
    if target == "contract_numbers":
        return replace(field, accept=Accept.CONTRACT_NUMBER)
    if target in ("links", "source_code_url"):
        return replace(field, accept=Accept.URL)
    if target == "owner_email":
        return replace(field, accept=Accept.EMAIL)
    return field


def _date_options(values: list[str]) -> DateOptions:
    """The order of day and month, only where the values prove it: a first number above 12, or only a second one."""
    pairs = [match for value in values if (match := re.match(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-][0-9]{2,4}", value))]
    first = any(int(match[1]) > 12 for match in pairs)
    second = any(int(match[2]) > 12 for match in pairs)
    order = DateOrder.AUTO
    if first != second:
        order = DateOrder.DMY if first else DateOrder.MDY
    return DateOptions(order=order, excel_year_serials=True)  # no AI initiative began in 1905


def _key(fields: tuple[FieldMap, ...], values: dict[str, list[str]]) -> KeyRule:
    for field in fields:
        if field.target == "external_id":
            ids = values[field.columns[0]]
            if ids and len(set(ids)) == len(ids):
                return KeyRule.EXTERNAL_ID
    return KeyRule.UNIT_NAME_ORDINAL
