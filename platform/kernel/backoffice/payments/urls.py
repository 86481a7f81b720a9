"""Routes of payment accounts."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.payments import money, views

urlpatterns = [
    path("", views.index),
    path("add/", views.choose),
    path("policy/", views.policy),
    path("add/<str:gateway>/<str:mode>/", views.add),
    path("received/", money.received),
    path("received/export.csv", money.export_received),
    path("refunds/", money.refunds),
    path("refunds/export.csv", money.export_refunds),
    path("refunds/<str:refund>/", money.refund),
    path("<str:binding>/", views.edit),
    path("<str:binding>/switch/", views.switch),
    path("<str:binding>/remove/", views.remove),
]
