"""Question banks as YAML: read with every problem named (which question, which key, what to do), and written back."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TypeVar

import yaml

from portfolio.formats.errors import FormatError
from portfolio.formats.registers.mapping_data import plain_data
from readiness.assessments.choices import Dimension, Phase

MAX_QUESTIONS = 300
MAX_TEXT = 1_000
MAX_WEIGHT = 10.0
_KEY = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
_BANK = ("key", "name", "note", "questions")
_QUESTION = ("key", "dimension", "text", "why", "evidence", "phases", "weight")
Word = TypeVar("Word", bound=StrEnum)
Block = dict[str, object]


@dataclass(frozen=True, slots=True)
class PackQuestion:
    """One question; `phases` in the order of the way, never empty; `weight` over 0 and at most MAX_WEIGHT."""

    key: str
    dimension: Dimension
    text: str
    phases: tuple[Phase, ...]
    why: str = ""
    evidence: str = ""
    weight: float = 1.0

    @classmethod
    def compared(cls) -> tuple[str, ...]:
        return tuple(one.name for one in fields(cls) if one.name != "key")


@dataclass(frozen=True, slots=True)
class Pack:
    """A bank without its version and state: those belong to the installation."""

    key: str
    name: str
    questions: tuple[PackQuestion, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """`place` is the question and key, such as "question 4 (memory-fit), phases"; `what` says what is wrong and what to do."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


class BadPack(ValueError):
    """Correct the file at every place in `problems`; nothing of it was taken."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(f"{problem}" for problem in self.problems))


def read_pack(text: str) -> Pack:
    """The bank in a YAML (or JSON) text. Raises BadPack with every problem at once."""
    try:
        data = plain_data(text)
    except FormatError as error:
        raise BadPack([Problem("file", f"{error.what}. Correct the YAML and send it again.")]) from error
    return _Reader().pack(data)


def write_pack(pack: Pack) -> str:
    """YAML that `read_pack` reads back as an equal pack."""
    block: Block = {"key": pack.key, "name": pack.name}
    if pack.note:
        block["note"] = pack.note
    block["questions"] = [_question_block(question) for question in pack.questions]
    return str(yaml.safe_dump(block, sort_keys=False, allow_unicode=True, width=120))


def _question_block(question: PackQuestion) -> Block:
    weight = int(question.weight) if question.weight == int(question.weight) else question.weight
    block: Block = {"key": question.key, "dimension": question.dimension.value, "text": question.text}
    block |= {name: value for name in ("why", "evidence") if (value := getattr(question, name))}
    return block | {"phases": [phase.value for phase in question.phases], "weight": weight}


class _Reader:
    """Collects problems while it reads, so that one round tells all of them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def pack(self, data: object) -> Pack:
        if not isinstance(data, dict):
            raise BadPack([Problem("file", "a bank is a block with key, name and questions. Start from an exported one.")])
        block = {str(name): value for name, value in data.items()}
        self._foreign(block, _BANK, "bank")
        key = self._key(block, "bank")
        name = self._text(block, "name", "bank", most=200, required=True)
        note = self._text(block, "note", "bank", most=5_000)
        questions = self._questions(block.get("questions"))
        if self.problems:
            raise BadPack(self.problems)
        return Pack(key, name, questions, note)

    def _questions(self, data: object) -> tuple[PackQuestion, ...]:
        if not isinstance(data, list) or not data:
            self._say("questions", "is a list with at least one question. Add one with key, dimension, text and phases.")
            return ()
        if len(data) > MAX_QUESTIONS:
            self._say("questions", f"holds {len(data)} questions, at most {MAX_QUESTIONS} are taken. Split the bank.")
            return ()
        found = [self._question(number, item) for number, item in enumerate(data, start=1)]
        seen: dict[str, int] = {}
        for number, question in enumerate(found, start=1):
            if question is None or not question.key:
                continue
            if question.key in seen:
                what = f"stands at question {seen[question.key]} too. Answers are carried over by it: give each its own."
                self._say(f"question {number} ({question.key}), key", what)
            seen.setdefault(question.key, number)
        return tuple(question for question in found if question is not None)

    def _question(self, number: int, data: object) -> PackQuestion | None:
        place = f"question {number}"
        if not isinstance(data, dict):
            self._say(place, "is a block with key, dimension, text and phases.")
            return None
        block = {str(name): value for name, value in data.items()}
        if isinstance(block.get("key"), str) and block["key"]:
            place += f" ({block['key']})"
        self._foreign(block, _QUESTION, place)
        return PackQuestion(
            key=self._key(block, place),
            dimension=self._word(Dimension, block.get("dimension"), f"{place}, dimension", Dimension.COMPUTE),
            text=self._text(block, "text", place, most=MAX_TEXT, required=True),
            phases=self._phases(block.get("phases"), f"{place}, phases"),
            why=self._text(block, "why", place, most=MAX_TEXT),
            evidence=self._text(block, "evidence", place, most=MAX_TEXT),
            weight=self._weight(block.get("weight", "1"), f"{place}, weight"),
        )

    def _key(self, block: Block, place: str) -> str:
        most = 60 if place == "bank" else 80
        key = self._text(block, "key", place, most=most, required=True)
        if key and not _KEY.match(key):
            self._say(f"{place}, key", f'"{key}" is no key. Use small letters, digits and single hyphens.')
        return key

    def _text(self, block: Block, name: str, place: str, *, most: int, required: bool = False) -> str:
        value = block.get(name, "")
        if not isinstance(value, str):
            self._say(f"{place}, {name}", "is a text, not a list or block.")
            return ""
        text = " ".join(value.split())
        if required and not text:
            self._say(f"{place}, {name}", "is missing. Write it down.")
        if len(text) > most:
            self._say(f"{place}, {name}", f"has {len(text)} characters, at most {most} are taken. Shorten it.")
        return text

    def _phases(self, value: object, place: str) -> tuple[Phase, ...]:
        if not isinstance(value, list) or not value:
            self._say(place, f"is a list of at least one of {', '.join(Phase)}.")
            return ()
        found = {self._word(Phase, item, place, Phase.PRODUCTION) for item in value}
        return tuple(phase for phase in Phase if phase in found)

    def _weight(self, value: object, place: str) -> float:
        try:
            weight = float(str(value))
        except ValueError:
            weight = -1.0
        if not 0 < weight <= MAX_WEIGHT:
            self._say(place, f'"{value}" is no number above 0 and up to {MAX_WEIGHT:g}. 1 helps, 2 matters, 3 blocks.')
            return 1.0
        return weight

    def _word(self, words: type[Word], value: object, place: str, otherwise: Word) -> Word:
        text = str(value or "").strip().lower().replace("-", "_")
        if text in list(words):
            return words(text)
        near = difflib.get_close_matches(text, list(words), n=1)
        hint = f' Did you mean "{near[0]}"?' if near else ""
        said = f'"{value}" is none of {", ".join(words)}.' if value else f"is missing. Choose one of {', '.join(words)}."
        self._say(place, said + hint)
        return otherwise

    def _foreign(self, block: Block, known: tuple[str, ...], place: str) -> None:
        for name in block:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f' Did you mean "{near[0]}"?' if near else f" Known are {', '.join(known)}."
                self._say(f"{place}, {name}", f"is no key here.{hint}")

    def _say(self, place: str, what: str) -> None:
        self.problems.append(Problem(place, what))
