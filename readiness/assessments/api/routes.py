"""Addresses of the slice's API, below /api/v1/."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from readiness.assessments.api.assessments import AssessmentViewSet, ComponentViewSet, InitiativeAssessments
from readiness.assessments.api.banks import QuestionBankViewSet
from readiness.assessments.api.unknowns import UnknownViewSet

router = SimpleRouter()
router.register("question-banks", QuestionBankViewSet, "question-bank")
router.register("assessments", AssessmentViewSet, "assessment")
one = InitiativeAssessments.as_view({"get": "retrieve"})
every = InitiativeAssessments.as_view({"get": "list", "post": "create"})
components = ComponentViewSet.as_view({"get": "list", "patch": "partial_update"})

urlpatterns = [
    path("", include(router.urls)),
    path("initiatives/<int:initiative>/assessments/", every, name="initiative-assessments"),
    path("initiatives/<int:initiative>/assessments/<int:number>/", one, name="initiative-assessment"),
    path("initiatives/<int:initiative>/components/", components, name="initiative-components"),
    path("unknowns/", UnknownViewSet.as_view({"get": "list"}), name="unknowns"),
    path("unknowns/rows/", UnknownViewSet.as_view({"get": "rows"}), name="unknown-rows"),
    path("unknowns/assign/", UnknownViewSet.as_view({"post": "assign"}), name="unknown-assign"),
]
