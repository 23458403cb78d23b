"""Decisions, and lines of the record that an auditor verifies."""

from __future__ import annotations

from rest_framework import serializers

from portfolio.initiatives.choices import REASON_LABELS, ReasonCode, choices_of
from readiness.gates.api.shapes.parts import OUTCOMES, AboutShape, FrozenRisk, Shape
from readiness.gates.choices import Mode


class GateDecisionRow(AboutShape):
    """A decision. One that a later one corrects is never taken away; it names it."""

    id = serializers.IntegerField()
    review_id = serializers.IntegerField()
    gate = serializers.CharField()
    gate_name = serializers.CharField()
    round = serializers.IntegerField()
    turn = serializers.IntegerField()
    supersedes_id = serializers.IntegerField(allow_null=True)
    superseded_by_id = serializers.IntegerField(allow_null=True)
    outcome = serializers.ChoiceField(OUTCOMES)
    recommended = serializers.ChoiceField(OUTCOMES)
    mode = serializers.ChoiceField(choices_of(Mode))
    reason = serializers.CharField(allow_blank=True)
    reason_code = serializers.ChoiceField(choices_of(ReasonCode, REASON_LABELS), allow_blank=True)
    lesson = serializers.CharField(allow_blank=True)
    by_id = serializers.IntegerField()
    by_name = serializers.CharField()
    at = serializers.DateTimeField()
    chain = serializers.CharField()
    sequence = serializers.IntegerField(help_text="1, 2, 3, ... within the chain")
    previous = serializers.CharField(help_text="hash of the decision before it in the chain")
    digest = serializers.CharField(help_text="SHA-256 of content")
    hash = serializers.CharField()


class GateDecisionDetail(GateDecisionRow):
    content = serializers.CharField(help_text="canonical JSON (RFC 8785) of all that it stood on, as the text that was hashed")
    sealed = serializers.CharField(
        allow_null=True, help_text="amounts of money, whose SHA-256 stands in content; null without the right to see money"
    )
    sealed_hidden = serializers.BooleanField()
    risk = FrozenRisk(allow_null=True, help_text="as it stood when it was decided; null: none was computed by then")
    risk_now = FrozenRisk(allow_null=True, help_text="as it stands today; null: closed, in production, or not computed yet")


class ReviewerShape(Shape):
    name = serializers.CharField()
    functions = serializers.ListField(child=serializers.CharField())
    standing = serializers.CharField()
    ballot = serializers.CharField(allow_blank=True, help_text="blank: no vote")
    cast_by = serializers.CharField(allow_blank=True, help_text="the delegate, where one stood there")
    rationale = serializers.CharField(allow_blank=True)
    at = serializers.CharField(allow_blank=True)


class DecidedCondition(Shape):
    id = serializers.IntegerField()
    text = serializers.CharField()
    owner = serializers.CharField()
    due = serializers.DateField()
    proof = serializers.CharField()


class ExportedDecision(GateDecisionRow):
    """For a reader or a spreadsheet: with the panel and what each said, as they were then."""

    reviewers = ReviewerShape(many=True)
    conditions = DecidedCondition(many=True)


class RecordLine(Shape):
    """A line of the record, as `verify_decisions.py` reads it."""

    chain = serializers.CharField()
    sequence = serializers.IntegerField()
    previous = serializers.CharField()
    content = serializers.CharField()
    digest = serializers.CharField()
    hash = serializers.CharField()
    columns = serializers.DictField()
    sealed = serializers.CharField(required=False, help_text="only for those who may see money")
