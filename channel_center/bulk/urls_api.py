"""Routes of work on many tenants in the channel API."""

from __future__ import annotations

from django.urls import path

from channel_center.bulk import api

urlpatterns = [
    path("bulk/", api.RunsView.as_view()),
    path("bulk/<str:run>/", api.RunView.as_view()),
    path("bulk/<str:run>/items/", api.ItemsView.as_view()),
    path("bulk/<str:run>/stop/", api.StopView.as_view()),
    path("bulk/<str:run>/retry/", api.RetryView.as_view()),
    path("bulk/<str:run>/take-back/", api.TakeBackView.as_view()),
    path("tenants/<str:tenant>/copies/", api.CopiesView.as_view()),
]
