"""Addresses of the register."""

from django.urls import URLPattern, path

from portfolio.initiatives.views import actions, children, detail, edit, initiatives

app_name = "initiatives"
urlpatterns: list[URLPattern] = [
    path("initiatives/", initiatives.list_page, name="list"),
    path("initiatives/new/", edit.create, name="create"),
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
]
urlpatterns += [
    path(f"initiatives/{name}/", initiatives.list_page, name=name)
    for name in ("board", "bulk", "view_new", "views", "requests", "lifecycles", "search")
] + [path("initiatives/export/<str:fmt>/", initiatives.list_page, name="export")]
