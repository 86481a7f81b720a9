"""Routes of lists as files: now, and by the clock."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.exports import targets, views

urlpatterns = [
    path("", views.index),
    path("lists/<slug:code>/", views.one),
    path("lists/<slug:code>.<str:file_format>", views.sent),
    path("files/<str:made>/", views.fetch),
    path("plans/<str:plan>/drop/", views.drop),
    path("targets/", targets.index),
    path("targets/<str:target>/", targets.index),
    path("targets/<str:target>/try/", targets.attempt),
    path("targets/<str:target>/remove/", targets.remove),
]
