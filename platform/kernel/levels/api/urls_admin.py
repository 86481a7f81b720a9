"""Routes of the admin API for levels, segments and tags, mounted under ``/api/v1/admin/``."""

from __future__ import annotations

from django.urls import path

from kernel.levels.api import admin

app_name = "levels-admin-api"
urlpatterns = [
    path("levels/", admin.LevelsView.as_view(), name="levels"),
    path("levels/policy/", admin.PolicyView.as_view(), name="policy"),
    path("levels/members/<str:member>/", admin.StandingView.as_view(), name="standing"),
    path("levels/<str:level>/", admin.LevelView.as_view(), name="level"),
    path("segments/", admin.SegmentsView.as_view(), name="segments"),
    path("segments/preview/", admin.PreviewView.as_view(), name="preview"),
    path("segments/<str:segment>/", admin.SegmentView.as_view(), name="segment"),
    path("segments/<str:segment>/refresh/", admin.RefreshView.as_view(), name="refresh"),
    path("segments/<str:segment>/members/", admin.SegmentMembersView.as_view(), name="members"),
    path("tags/", admin.TagsView.as_view(), name="tags"),
    path("tags/assign/", admin.AssignTagsView.as_view(), name="assign"),
    path("tags/<str:tag>/", admin.TagView.as_view(), name="tag"),
]
