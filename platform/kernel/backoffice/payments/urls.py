"""Routes of payment accounts."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.payments import views

urlpatterns = [
    path("", views.index),
    path("add/", views.choose),
    path("add/<str:gateway>/<str:mode>/", views.add),
    path("<str:binding>/", views.edit),
    path("<str:binding>/switch/", views.switch),
    path("<str:binding>/remove/", views.remove),
]
