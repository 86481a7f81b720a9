"""Routes of ways to ship and freight templates."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.shipping import templates, views

urlpatterns = [
    path("", views.index),
    path("ways/new/", views.new),
    path("ways/<str:way>/", views.edit),
    path("templates/new/", templates.new),
    path("templates/<str:template>/", templates.edit),
    path("templates/<str:template>/lines/new/", templates.line),
    path("templates/<str:template>/lines/<int:number>/", templates.line),
]
