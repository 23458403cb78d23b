"""Pages of assessments and unknowns."""

from django.urls import URLPattern, path

from readiness.assessments.views import banks, compare, components, runs, sheet, unknowns

app_name = "assessments"
urlpatterns: list[URLPattern] = [
    path("initiatives/<int:pk>/assessment/", sheet.initiative, name="initiative"),
    path("initiatives/<int:pk>/assessment/start/", runs.start, name="start"),
    path("initiatives/<int:pk>/assessment/components/", components.components, name="components"),
    path("initiatives/<int:pk>/assessment/components/<str:component>/", components.component, name="component"),
    path("initiatives/<int:pk>/assessment/<int:number>/", sheet.assessment, name="assessment"),
    path("initiatives/<int:pk>/assessment/<int:number>/answers/<slug:key>/", sheet.answer, name="answer"),
    path("initiatives/<int:pk>/assessment/<int:number>/confirm/", runs.confirm, name="confirm"),
    path("initiatives/<int:pk>/assessment/<int:number>/close/", runs.close, name="close"),
    path("initiatives/<int:pk>/assessment/<int:number>/changes/", runs.changes, name="changes"),
    path("assessments/compare/", compare.compare, name="compare"),
    path("assessments/banks/", banks.banks, name="banks"),
    path("assessments/banks/import/", banks.bank_import, name="bank_import"),
    path("assessments/banks/<int:pk>/", banks.bank, name="bank"),
    path("assessments/banks/<int:pk>/yaml/", banks.bank_file, name="bank_file"),
    path("assessments/banks/<int:pk>/questions/new/", banks.question, name="question_new"),
    path("assessments/banks/<int:pk>/questions/<slug:key>/", banks.question, name="question"),
    path("assessments/banks/<int:pk>/publish/", banks.bank_publish, name="bank_publish"),
    path("assessments/banks/<int:pk>/default/", banks.bank_default, name="bank_default"),
    path("assessments/banks/<int:pk>/retire/", banks.bank_retire, name="bank_retire"),
    path("assessments/banks/<int:pk>/version/", banks.bank_version, name="bank_version"),
    path("assessments/banks/<int:pk>/discard/", banks.bank_discard, name="bank_discard"),
    path("unknowns/", unknowns.unknowns, name="unknowns"),
    path("unknowns/rows/", unknowns.unknown_rows, name="unknown_rows"),
    path("unknowns/assign/", unknowns.unknown_assign, name="unknown_assign"),
    path("unknowns/export/<str:fmt>/", unknowns.unknown_export, name="unknown_export"),
]
