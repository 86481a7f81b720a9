"""Routes of own fields."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.fields import views

urlpatterns = [
    path("", views.index),
    path("<str:field>/", views.edit),
    path("<str:field>/delete/", views.delete),
    path("<str:subject>/<str:thing>/values/", views.fill),
]
