"""Addresses under /account/, before those of the sign-in library."""

from django.urls import URLPattern, path

from portfolio.accounts.views import own, people, queue, tokens, units

app_name = "accounts"
urlpatterns: list[URLPattern] = [
    path("profile/", own.profile, name="profile"),
    path("administration/", own.administration, name="administration"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/new/", tokens.create, name="token-create"),
    path("tokens/<str:key>/revoke/", tokens.revoke, name="token-revoke"),
    path("people/", people.people, name="people"),
    path("people/new/", people.add, name="person-add"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/active/", people.set_active, name="person-active"),
    path("people/<int:pk>/roles/<int:role_id>/remove/", people.remove_role, name="role-remove"),
    path("units/", units.units, name="units"),
    path("units/new/", units.add, name="unit-add"),
    path("units/<int:pk>/", units.rename, name="unit"),
    path("queue/", queue.queue, name="queue"),
    path("queue/<int:pk>/revive/", queue.revive, name="job-revive"),
    # Administrators add people and vouch for their addresses, so these two pages of the library stay shut.
    path("signup/", own.closed),
    path("email/", own.closed),
]
