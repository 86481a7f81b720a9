"""Routes of the admin API for members, mounted under ``members/``."""

from __future__ import annotations

from django.urls import path

from kernel.members.api.admin import (
    AdvisorView,
    MembersView,
    MemberTagsView,
    MemberView,
    StandingView,
)

app_name = "members-admin-api"
urlpatterns = [
    path("", MembersView.as_view(), name="list"),
    path("<str:member>/", MemberView.as_view(), name="detail"),
    path("<str:member>/advisor/", AdvisorView.as_view(), name="advisor"),
    path("<str:member>/tags/", MemberTagsView.as_view(), name="tags"),
    path("<str:member>/standing/", StandingView.as_view(), name="standing"),
]
