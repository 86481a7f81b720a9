"""Routes of files that are made by the clock."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.exports import views

urlpatterns = [
    path("", views.index),
    path("files/<str:made>/", views.fetch),
    path("plans/<str:plan>/drop/", views.drop),
]
