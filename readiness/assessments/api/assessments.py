"""`/api/v1/initiatives/{id}/assessments/`, `/assessments/{id}/` and `/initiatives/{id}/components/`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status as http
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from portfolio.initiatives.models import Initiative
from portfolio.kit.api.base import ScopedApi
from readiness.assessments.api.shapes import (
    AnswersInput,
    AssessmentDetail,
    AssessmentRow,
    CloseAssessmentInput,
    ComponentShape,
    ComponentsInput,
    StartInput,
    component_shape,
    past_shape,
    sheet_shape,
)
from readiness.assessments.choices import Component, Presence, Reply
from readiness.assessments.models import Assessment
from readiness.assessments.queries.banks import published_banks
from readiness.assessments.queries.sheets import (
    assessment_by_id,
    components_of,
    finders,
    initiative_of,
    runs_of,
    sheet,
)
from readiness.assessments.services import assessments as verbs
from readiness.assessments.services.answers import AnswerInput, StaleAnswers, save_answers
from readiness.assessments.services.components import ComponentInput, StaleComponents, save_components


class AnsweredMeanwhile(APIException):
    status_code = http.HTTP_409_CONFLICT
    default_code = "answered_meanwhile"


class InitiativeAssessments(ViewSetMixin, ScopedApi):
    """The assessments of one initiative, newest first."""

    resource = "assessments"

    @extend_schema(responses=AssessmentRow(many=True))
    def list(self, request: Any, initiative: str) -> Response:
        self.refuse_unknown_parameters(set())
        found = sheet(self.actor, int(initiative))
        if found is None:
            raise Http404
        ids = dict(runs_of(found.initiative))
        rows = [past_shape(past, ids[past.number]) for past in found.history]
        return Response({"next": None, "previous": None, "results": rows})

    @extend_schema(request=StartInput, responses={201: AssessmentDetail})
    def create(self, request: Any, initiative: str) -> Response:
        """Start the next one; answers of the last closed one are carried over until confirmed."""
        asked = StartInput(data=request.data)
        asked.is_valid(raise_exception=True)
        row = _visible(self.actor, initiative)
        bank = None
        if wanted := asked.validated_data.get("bank"):
            bank = next((one for one in published_banks() if one.pk == wanted), None)
            if bank is None:
                raise ValidationError({"bank": "There is no published bank of this id."})
        made = self.write(verbs.start_assessment, initiative=row, bank=bank, note=asked.validated_data["note"])
        return Response(_detail(self.actor, made), status=http.HTTP_201_CREATED)

    @extend_schema(responses=AssessmentDetail)
    def retrieve(self, request: Any, initiative: str, number: str) -> Response:
        """One by its number, with scores and answers."""
        found = sheet(self.actor, int(initiative), int(number))
        if found is None or found.assessment is None:
            raise Http404
        return Response(sheet_shape(found, found.assessment))


class AssessmentViewSet(ViewSetMixin, ScopedApi):
    """One assessment by its id."""

    resource = "assessments"
    lookup_value_regex = r"\d+"

    @extend_schema(responses=AssessmentDetail)
    def retrieve(self, request: Any, pk: str) -> Response:
        return Response(_detail(self.actor, self._assessment(pk)))

    @extend_schema(request=AnswersInput, responses={200: AssessmentDetail, 409: None})
    @action(detail=True, methods=["patch"])
    def answers(self, request: Any, pk: str) -> Response:
        """Answer many questions, all or none; 409 if somebody else answered one since the version you sent."""
        row = self._assessment(pk)
        asked = AnswersInput(data=request.data, context={"people": finders(row.initiative)})
        asked.is_valid(raise_exception=True)
        given = {
            one.pop("question"): AnswerInput(reply=Reply(one.pop("reply")), **one) for one in asked.validated_data["answers"]
        }
        try:
            self.write(save_answers, assessment=row, answers=given)
        except StaleAnswers as stale:
            raise AnsweredMeanwhile(f"Somebody else {stale}; read them again.") from stale
        return Response(_detail(self.actor, row))

    @extend_schema(request=CloseAssessmentInput, responses=AssessmentDetail)
    @action(detail=True, methods=["post"])
    def close(self, request: Any, pk: str) -> Response:
        """Freeze it."""
        asked = CloseAssessmentInput(data=request.data)
        asked.is_valid(raise_exception=True)
        row = self.write(verbs.close_assessment, assessment=self._assessment(pk), note=asked.validated_data.get("note"))
        return Response(_detail(self.actor, row))

    def _assessment(self, pk: str) -> Assessment:
        found = assessment_by_id(self.actor, int(pk))
        if found is None:
            raise Http404
        return found


class ComponentViewSet(ViewSetMixin, ScopedApi):
    """The component checklist of one initiative; what nobody spoke about is unknown."""

    resource = "assessments"

    @extend_schema(responses=ComponentShape(many=True))
    def list(self, request: Any, initiative: str) -> Response:
        self.refuse_unknown_parameters(set())
        return self._answer(_visible(self.actor, initiative))

    @extend_schema(request=ComponentsInput, responses={200: ComponentShape(many=True), 409: None})
    def partial_update(self, request: Any, initiative: str) -> Response:
        """Set some of them, all or none."""
        row = _visible(self.actor, initiative)
        asked = ComponentsInput(data=request.data, context={"people": finders(row)})
        asked.is_valid(raise_exception=True)
        given = {
            Component(one.pop("component")): ComponentInput(presence=Presence(one.pop("presence")), **one)
            for one in asked.validated_data["components"]
        }
        try:
            self.write(save_components, initiative=row, components=given)
        except StaleComponents as stale:
            raise AnsweredMeanwhile(f"Somebody else {stale}; read them again.") from stale
        return self._answer(row)

    def _answer(self, row: Initiative) -> Response:
        found = components_of(row)
        rows = [component_shape(component, found.get(component)) for component in Component]
        return Response({"next": None, "previous": None, "results": rows})


def _visible(actor: Any, pk: str) -> Initiative:
    found = initiative_of(actor, int(pk))
    if found is None:
        raise Http404
    return found


def _detail(actor: Any, run: Assessment) -> dict[str, Any]:
    found = sheet(actor, run.initiative_id, run.number)
    if found is None or found.assessment is None:
        raise Http404
    return sheet_shape(found, found.assessment)
