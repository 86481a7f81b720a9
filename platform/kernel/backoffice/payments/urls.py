"""Routes of payment accounts."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.exports import views as exports
from kernel.backoffice.payments import money, sharing, views

urlpatterns = [
    path("", views.index),
    path("add/", views.choose),
    path("policy/", views.policy),
    path("add/<str:gateway>/<str:mode>/", views.add),
    path("received/", money.received),
    path("received/export/", exports.choose("payments")),
    path("received/export.<str:file_format>", exports.file("payments")),
    path("refunds/", money.refunds),
    path("refunds/export/", exports.choose("refunds")),
    path("refunds/export.<str:file_format>", exports.file("refunds")),
    path("refunds/<str:refund>/", money.refund),
    path("splits/", sharing.splits),
    path("splits/<str:split>/", sharing.split),
    path("<str:binding>/", views.edit),
    path("<str:binding>/switch/", views.switch),
    path("<str:binding>/remove/", views.remove),
]
