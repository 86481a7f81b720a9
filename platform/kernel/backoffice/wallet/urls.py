"""Routes of withdrawals."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.exports import views as exports
from kernel.backoffice.wallet import batches, rules, views

urlpatterns = [
    path("", views.index),
    path("export/", exports.choose("withdrawals")),
    path("export.<str:file_format>", exports.file("withdrawals")),
    path("rules/", rules.index),
    path("rules/<str:asset>/", rules.withdrawals),
    path("rules/<str:asset>/transfers/", rules.transfers),
    path("batches/", batches.index),
    path("batches/new/", batches.new),
    path("batches/<str:batch>/", batches.show),
    path("batches/<str:batch>/file/", batches.file),
    path("batches/<str:batch>/proof/", batches.proof),
    path("batches/<str:batch>/close/", batches.close),
    path("<str:withdrawal>/", views.show),
    path("<str:withdrawal>/approve/", views.approve_one),
    path("<str:withdrawal>/reject/", views.reject_one),
    path("<str:withdrawal>/send/", views.send_one),
    path("<str:withdrawal>/settle/", views.settle_one),
    path("<str:withdrawal>/return/", views.return_one),
    path("<str:withdrawal>/leave/", views.leave_one),
]
