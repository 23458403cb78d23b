"""Reviews, their panel and their runs."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.models import Initiative
from readiness.gates.api.shapes.parts import (
    OUTCOMES,
    AboutShape,
    CriterionShape,
    DriftShape,
    FrozenRisk,
    GateDependency,
    RecommendationShape,
    Shape,
    Strict,
)
from readiness.gates.choices import FUNCTION_LABELS, Ballot, GateFunction, Mode, ReviewState
from readiness.gates.models import GateTemplate
from readiness.gates.rules.reviews import Listing
from readiness.gates.rules.voting.panel import Standing

FUNCTIONS = choices_of(GateFunction, FUNCTION_LABELS)


class MissingDeliverable(Shape):
    key = serializers.CharField()
    text = serializers.CharField()
    verdict = serializers.CharField()
    who = serializers.ListField(child=serializers.CharField(), help_text="kinds of people who owe it")


class GateReviewRow(AboutShape):
    """A review as it was evaluated last. `ready` is derived: no deliverable is missing."""

    id = serializers.IntegerField()
    gate = serializers.CharField()
    gate_name = serializers.CharField()
    template_id = serializers.IntegerField()
    template_key = serializers.CharField()
    template_version = serializers.IntegerField()
    state = serializers.ChoiceField(choices_of(ReviewState))
    listing = serializers.ChoiceField(choices_of(Listing), help_text="where it stands for whoever plans")
    round = serializers.IntegerField()
    mode = serializers.ChoiceField(choices_of(Mode))
    wanted_on = serializers.DateField(allow_null=True)
    scheduled_at = serializers.DateTimeField(allow_null=True)
    opened_at = serializers.DateTimeField(allow_null=True)
    window_ends_at = serializers.DateTimeField(allow_null=True, help_text="of a vote in writing")
    ready = serializers.BooleanField()
    recommended = serializers.ChoiceField(OUTCOMES, allow_blank=True, help_text="blank: not evaluated yet")
    verdicts = serializers.DictField(child=serializers.IntegerField(), help_text="criteria by verdict, info left out")
    missing = MissingDeliverable(many=True)
    evaluated_at = serializers.DateTimeField(allow_null=True)
    recheck_at = serializers.DateTimeField(allow_null=True, help_text="when time alone may change something")
    decided = serializers.ChoiceField(OUTCOMES, allow_blank=True, help_text="blank: nobody decided yet")
    decided_at = serializers.DateTimeField(allow_null=True)
    changed_at = serializers.DateTimeField(allow_null=True, help_text="set: evidence changed materially since the decision")
    changes = DriftShape(many=True)
    superseded_by_id = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class GateVote(Shape):
    """The vote of a seat that is in effect."""

    ballot = serializers.ChoiceField(choices_of(Ballot))
    by = serializers.CharField(help_text="who cast it: the delegate, where one stood there")
    at = serializers.DateTimeField()
    rationale = serializers.CharField(allow_blank=True)


class SeatShape(Shape):
    holder_id = serializers.IntegerField()
    holder = serializers.CharField()
    functions = serializers.ListField(child=serializers.ChoiceField(FUNCTIONS))
    chair = serializers.BooleanField()
    standing = serializers.ChoiceField(choices_of(Standing))
    filled_by_id = serializers.IntegerField(allow_null=True)
    filled_by = serializers.CharField(allow_null=True, help_text="who may vote on it now; null: nobody")
    voted = serializers.BooleanField()
    vote = GateVote(allow_null=True, help_text="the one in effect; null: none was cast")


class QuorumShape(Shape):
    present = serializers.IntegerField()
    needed = serializers.IntegerField()
    met = serializers.BooleanField()


class TallyShape(Shape):
    outcome = serializers.ChoiceField(OUTCOMES, allow_null=True)
    how = serializers.CharField(help_text="counted, tie_broken, vetoed, nobody_chose, no_quorum")
    quorum = QuorumShape()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="seats by ballot")
    vetoes = serializers.ListField(child=serializers.IntegerField(), help_text="people whose vote bars Go and Conditional Go")


class GateReviewDetail(GateReviewRow):
    """Judged now: criteria, readiness and recommendation are those of this moment, not of the last run."""

    judged_at = serializers.DateTimeField()
    risk = FrozenRisk(allow_null=True, help_text="as a decision would freeze it now; null: none is computed")
    last_gate = serializers.BooleanField(help_text="the last one before production: Conditional Go is not offered")
    criteria = CriterionShape(many=True)
    recommendation = RecommendationShape()
    dependencies = GateDependency(many=True)
    open_conditions = serializers.ListField(child=serializers.DictField(), help_text="of gates before; they bar an advance")
    seats = SeatShape(many=True)
    tally = TallyShape()
    decision_id = serializers.IntegerField(allow_null=True, help_text="the one in effect")


class PlanReviewInput(Strict):
    """Without a gate the one that the initiative stands before, without a template the default of its lifecycle."""

    initiative = serializers.PrimaryKeyRelatedField(queryset=Initiative.objects.none())
    gate = serializers.SlugField(max_length=60, required=False, allow_null=True)
    template = serializers.PrimaryKeyRelatedField(queryset=GateTemplate.objects.none(), required=False, allow_null=True)
    wanted_on = serializers.DateField(required=False, allow_null=True)
    mode = serializers.ChoiceField(choices_of(Mode), required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Another unit's initiative reads like a missing one."""
        fields = super().get_fields()
        for field, name in (("initiative", "initiatives"), ("template", "templates")):
            if name in self.context:
                fields[field].queryset = self.context[name]  # type: ignore[attr-defined]
        return fields


class ChangeReviewInput(Strict):
    wanted_on = serializers.DateField(required=False, allow_null=True)
    mode = serializers.ChoiceField(choices_of(Mode), required=False)


class ScheduleReviewInput(Strict):
    at = serializers.DateTimeField()


class WithdrawReviewInput(Strict):
    note = serializers.CharField(max_length=2_000)


class GateRunRow(Shape):
    """One evaluation. One that found what the one before found names it in `same_as_id`."""

    id = serializers.IntegerField()
    round = serializers.IntegerField()
    why = serializers.CharField(help_text="an event's kind, schedule or asked")
    recommended = serializers.ChoiceField(OUTCOMES)
    ready = serializers.BooleanField()
    digest = serializers.CharField()
    same_as_id = serializers.IntegerField(allow_null=True)
    rules_version = serializers.CharField()
    at = serializers.DateTimeField()
    by_name = serializers.CharField(allow_null=True)


class GateRunDetail(GateRunRow):
    criteria = CriterionShape(many=True)
    recommendation = RecommendationShape()
    dependencies = GateDependency(many=True)
