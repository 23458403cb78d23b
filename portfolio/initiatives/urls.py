"""Addresses of the register."""

from django.urls import URLPattern, path

from portfolio.initiatives.views import (
    actions,
    board,
    bulk,
    children,
    detail,
    edit,
    exports,
    initiatives,
    lifecycles,
    requests,
    saved_views,
    search,
)

app_name = "initiatives"
urlpatterns: list[URLPattern] = [
    path("initiatives/", initiatives.list_page, name="list"),
    path("initiatives/new/", edit.create, name="create"),
    path("initiatives/board/", board.board, name="board"),
    path("initiatives/bulk/", bulk.bulk, name="bulk"),
    path("initiatives/export/<str:fmt>/", exports.export, name="export"),
    path("initiatives/views/", saved_views.views, name="views"),
    path("initiatives/views/new/", saved_views.view_new, name="view_new"),
    path("initiatives/views/<int:pk>/", saved_views.view, name="view"),
    path("initiatives/lifecycles/", lifecycles.lifecycles, name="lifecycles"),
    path("initiatives/lifecycles/new/", lifecycles.lifecycle_new, name="lifecycle_new"),
    path("initiatives/lifecycles/<int:pk>/default/", lifecycles.lifecycle_default, name="lifecycle_default"),
    path("initiatives/<int:pk>/", detail.detail, name="detail"),
    path("initiatives/<int:pk>/history/", detail.history, name="history"),
    path("initiatives/<int:pk>/register/", detail.source, name="source"),
    path("initiatives/<int:pk>/edit/", edit.edit, name="edit"),
    path("initiatives/<int:pk>/stage/", actions.stage, name="stage"),
    path("initiatives/<int:pk>/note/", actions.note, name="note"),
    path("initiatives/<int:pk>/status/", actions.status, name="status"),
    path("initiatives/<int:pk>/close/", actions.close, name="close"),
    path("initiatives/<int:pk>/reopen/", actions.reopen, name="reopen"),
    path("initiatives/<int:pk>/template/", actions.template, name="template"),
    path("initiatives/<int:pk>/milestones/new/", children.milestone_new, name="milestone_new"),
    path("initiatives/<int:pk>/milestones/<int:child>/", children.milestone, name="milestone"),
    path("initiatives/<int:pk>/milestones/<int:child>/done/", children.milestone_done, name="milestone_done"),
    path("initiatives/<int:pk>/dependencies/new/", children.dependency_new, name="dependency_new"),
    path("initiatives/<int:pk>/dependencies/<int:child>/", children.dependency, name="dependency"),
    path("requests/", requests.requests, name="requests"),
    path("requests/new/", requests.request_new, name="request_new"),
    path("requests/<int:pk>/", requests.request_page, name="request"),
    path("requests/<int:pk>/triage/", requests.triage, name="triage"),
    path("search/", search.search, name="search"),
]
