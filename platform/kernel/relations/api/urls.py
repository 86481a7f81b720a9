"""Routes of the store API for relations, mounted under ``relations/``."""

from __future__ import annotations

from django.urls import path

from kernel.relations.api.views import ContactView, StandingView, TeamView

app_name = "relations-api"
urlpatterns = [
    path("", StandingView.as_view(), name="standing"),
    path("team/", TeamView.as_view(), name="team"),
    path("contacts/", ContactView.as_view(), name="contacts"),
]
