"""Routes of reviews."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.reviews import views

urlpatterns = [
    path("", views.index),
    path("policy/", views.policy),
    path("<str:review>/publish/", views.publish),
    path("<str:review>/hide/", views.conceal),
    path("<str:review>/reply/", views.answer),
]
