"""What goes in and out of the assessments API, in DOMAIN's words. Shares are from 0 to 1, low before high."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from portfolio.accounts.models import User
from portfolio.initiatives.choices import choices_of
from readiness.assessments.choices import BankState, Component, Dimension, Phase, Presence, Reply, UnknownKind
from readiness.assessments.models import Assessment, AssessmentAnswer, ComponentCheck, Question, QuestionBank
from readiness.assessments.queries.sheets import Past, Sheet
from readiness.assessments.rules.scores import Score, by_dimension, counting, score


class ScoreShape(serializers.Serializer[dict[str, Any]]):
    """null and null: no question applies, which is not a full score."""

    low = serializers.FloatField(allow_null=True, help_text="unknown counted as no")
    high = serializers.FloatField(allow_null=True, help_text="unknown counted as yes")
    asked = serializers.IntegerField()
    unknown = serializers.IntegerField()
    not_applicable = serializers.IntegerField()
    blocking_unknown = serializers.IntegerField(help_text="unknown questions of weight 3 or more")
    blocking_no = serializers.IntegerField()


class BankRow(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField()
    key = serializers.CharField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices_of(BankState))
    is_default = serializers.BooleanField()
    note = serializers.CharField()
    published_at = serializers.DateTimeField(allow_null=True)
    question_count = serializers.IntegerField()
    used = serializers.IntegerField(help_text="assessments over it that you may see")


class QuestionShape(serializers.Serializer[dict[str, Any]]):
    key = serializers.CharField(help_text="the same in every version; answers are carried over by it")
    position = serializers.IntegerField()
    dimension = serializers.ChoiceField(choices_of(Dimension))
    text = serializers.CharField()
    why = serializers.CharField()
    evidence = serializers.CharField()
    phases = serializers.ListField(child=serializers.ChoiceField(choices_of(Phase)))
    weight = serializers.FloatField(help_text="1 helps, 2 matters, 3 blocks")


class BankDetail(BankRow):
    questions = QuestionShape(many=True)


class BankImport(serializers.Serializer[dict[str, Any]]):
    """YAML as the body (`application/yaml`), or as `pack` in JSON."""

    pack = serializers.CharField(trim_whitespace=False)


class AssessmentRow(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    bank = serializers.CharField()
    started_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_by = serializers.CharField(allow_blank=True)
    score = ScoreShape(help_text="over all questions")


class AssessmentAnswerShape(serializers.Serializer[dict[str, Any]]):
    question = serializers.SlugField(help_text="its key")
    reply = serializers.ChoiceField(choices_of(Reply))
    note = serializers.CharField(allow_blank=True, default="", max_length=5_000)
    evidence_url = serializers.CharField(allow_blank=True, default="", max_length=1_000, help_text="http or https")
    owner = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.none(), allow_null=True, default=None, help_text="who finds an unknown out"
    )
    due = serializers.DateField(allow_null=True, default=None)
    version = serializers.IntegerField(
        required=False, min_value=0, help_text="the version you read (0: none yet); without it yours wins"
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """An id that may not be named reads like one that does not exist."""
        fields = super().get_fields()
        if "people" in self.context:
            fields["owner"].queryset = self.context["people"]  # type: ignore[attr-defined]
        return fields


class AnswerRow(AssessmentAnswerShape):
    """An answer as it stands; questions nobody answered have no row and are unknown."""

    answered_by = serializers.CharField(allow_blank=True)
    answered_at = serializers.DateTimeField()
    carried_from = serializers.IntegerField(
        allow_null=True, help_text="number of the assessment it was taken from, until confirmed"
    )


class AnswersInput(serializers.Serializer[dict[str, Any]]):
    """Many at once, all or none."""

    answers = AssessmentAnswerShape(many=True, allow_empty=False)


class AssessmentDetail(AssessmentRow):
    initiative = serializers.IntegerField()
    bank_id = serializers.IntegerField()
    note = serializers.CharField()
    next_phase = serializers.ChoiceField(choices_of(Phase))
    next_stage = serializers.CharField()
    stage_unknown = serializers.BooleanField()
    next_score = ScoreShape(help_text="over what counts for the next phase")
    phases = serializers.DictField(child=ScoreShape())
    dimensions = serializers.DictField(child=ScoreShape(), help_text="over what counts for the next phase")
    answers = AnswerRow(many=True)


class StartInput(serializers.Serializer[dict[str, Any]]):
    bank = serializers.IntegerField(required=False, help_text="a published bank; else the default")
    note = serializers.CharField(allow_blank=True, default="", max_length=2_000)


class CloseAssessmentInput(serializers.Serializer[dict[str, Any]]):
    note = serializers.CharField(required=False, allow_blank=True, max_length=2_000)


class ComponentShape(serializers.Serializer[dict[str, Any]]):
    component = serializers.ChoiceField(choices_of(Component))
    presence = serializers.ChoiceField(choices_of(Presence))
    note = serializers.CharField(allow_blank=True, default="", max_length=500)
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.none(), allow_null=True, default=None)
    due = serializers.DateField(allow_null=True, default=None)
    version = serializers.IntegerField(required=False, min_value=0)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if "people" in self.context:
            fields["owner"].queryset = self.context["people"]  # type: ignore[attr-defined]
        return fields


class ComponentsInput(serializers.Serializer[dict[str, Any]]):
    components = ComponentShape(many=True, allow_empty=False)


class HeldShape(serializers.Serializer[dict[str, Any]]):
    currency = serializers.CharField()
    total = serializers.DecimalField(20, 2, allow_null=True, help_text="null: over a single initiative, so not totalled")
    initiatives = serializers.IntegerField()


class UnknownGroup(serializers.Serializer[dict[str, Any]]):
    kind = serializers.ChoiceField(choices_of(UnknownKind))
    key = serializers.CharField()
    what = serializers.CharField()
    unknown = serializers.IntegerField(help_text="places in which it is unknown")
    initiatives = serializers.IntegerField()
    gates = serializers.IntegerField(help_text="initiatives whose next gate it holds up")
    owned = serializers.IntegerField(help_text="of the places: somebody finds it out")
    overdue = serializers.IntegerField()
    first_due = serializers.DateField(allow_null=True)
    next_phases = serializers.DictField(child=serializers.IntegerField())
    value_held = HeldShape(many=True, help_text="expected value behind these gates, where amounts are yours to see")


class UnknownRow(serializers.Serializer[dict[str, Any]]):
    kind = serializers.ChoiceField(choices_of(UnknownKind))
    key = serializers.CharField()
    what = serializers.CharField()
    initiative_key = serializers.CharField()
    initiative_name = serializers.CharField()
    unit = serializers.CharField()
    place = serializers.CharField(allow_blank=True, help_text="the workload's name or the assessment's number")
    next_stage = serializers.CharField()
    next_phase = serializers.ChoiceField(choices_of(Phase))
    holds_up_the_gate = serializers.BooleanField()
    owner = serializers.CharField(allow_blank=True)
    due = serializers.DateField(allow_null=True)
    overdue = serializers.BooleanField()
    value = serializers.DecimalField(16, 2, allow_null=True)
    currency = serializers.CharField(allow_blank=True)
    ref = serializers.CharField(help_text="send it back to assign it")


class AssignInput(serializers.Serializer[dict[str, Any]]):
    refs = serializers.ListField(child=serializers.CharField(max_length=200), min_length=1, max_length=500)
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.none(), required=False)
    due = serializers.DateField(required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        if "people" in self.context:
            fields["owner"].queryset = self.context["people"]  # type: ignore[attr-defined]
        return fields


class AssignAnswer(serializers.Serializer[dict[str, Any]]):
    changed = serializers.IntegerField()
    refused = serializers.ListField(child=serializers.CharField())


def score_shape(found: Score) -> dict[str, Any]:
    return {
        "low": found.low,
        "high": found.high,
        "asked": found.asked,
        "unknown": found.unknown,
        "not_applicable": found.replies.get(Reply.NOT_APPLICABLE, 0),
        "blocking_unknown": found.blocking_unknown,
        "blocking_no": found.blocking_no,
    }


def question_shape(row: Question) -> dict[str, Any]:
    names = ("key", "position", "dimension", "text", "why", "evidence", "phases", "weight")
    return {name: getattr(row, name) for name in names}


def bank_shape(bank: QuestionBank, counts: Mapping[str, Any]) -> dict[str, Any]:
    own = ("id", "key", "name", "version", "state", "is_default", "note", "published_at")
    questions = [question_shape(row) for row in bank.questions.order_by("position")]
    return {name: getattr(bank, name) for name in own} | {
        "question_count": len(questions),
        "used": counts["used"],
        "questions": questions,
    }


def past_shape(past: Past, run: int) -> dict[str, Any]:
    return {
        "id": run,
        "number": past.number,
        "bank": past.bank,
        "started_at": past.started_at,
        "closed_at": past.closed_at,
        "closed_by": past.closed_by,
        "score": score_shape(past.whole),
    }


def answer_shape(key: str, row: AssessmentAnswer) -> dict[str, Any]:
    return {
        "question": key,
        "reply": row.reply,
        "note": row.note,
        "evidence_url": row.evidence_url,
        "owner": row.owner_id,
        "due": row.due,
        "version": row.version,
        "answered_by": str(row.answered_by or ""),
        "answered_at": row.answered_at,
        "carried_from": row.carried_from,
    }


def component_shape(component: Component, row: ComponentCheck | None) -> dict[str, Any]:
    """What stands; a component that nobody has spoken about is unknown at version 0."""
    if row is None:
        blank = {"presence": Presence.UNKNOWN.value, "note": "", "owner": None, "due": None, "version": 0}
        return {"component": component.value} | blank
    return {
        "component": component.value,
        "presence": row.presence,
        "note": row.note,
        "owner": row.owner_id,
        "due": row.due,
        "version": row.version,
    }


def sheet_shape(sheet: Sheet, run: Assessment) -> dict[str, Any]:
    """One assessment with its scores and every answer that exists."""
    past = next(one for one in sheet.history if one.number == run.number)
    going, replies = sheet.going, sheet.replies
    ahead = counting(sheet.asked, going.phase)
    return past_shape(past, run.pk) | {
        "initiative": sheet.initiative.pk,
        "bank_id": run.bank_id,
        "note": run.note,
        "next_phase": going.phase.value,
        "next_stage": going.name,
        "stage_unknown": going.unknown,
        "next_score": score_shape(score(ahead, replies)),
        "phases": {phase.value: score_shape(score(counting(sheet.asked, phase), replies)) for phase in Phase},
        "dimensions": {one.value: score_shape(found) for one, found in by_dimension(ahead, replies).items()},
        "answers": [answer_shape(key, row) for key, row in sheet.answers.items()],
    }
