"""Routes of searching."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.searching import views

urlpatterns = [
    path("", views.index),
    path("synonyms/", views.edit),
    path("synonyms/<str:synonym>/", views.edit),
    path("synonyms/<str:synonym>/delete/", views.delete),
    path("hot-words/", views.propose),
    path("index/", views.rebuild),
]
