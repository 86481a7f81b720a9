"""Routes of withdrawals."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.exports import views as exports
from kernel.backoffice.wallet import batches, identities, rules, services, tax, views

urlpatterns = [
    path("", views.index),
    path("export/", exports.choose("withdrawals")),
    path("export.<str:file_format>", exports.file("withdrawals")),
    path("rules/", rules.index),
    path("rules/<str:asset>/", rules.withdrawals),
    path("rules/<str:asset>/transfers/", rules.transfers),
    path("services/", services.index),
    path("services/<str:code>/", services.edit),
    path("services/<str:code>/remove/", services.remove),
    path("identities/", identities.index),
    path("identities/<str:check>/", identities.show),
    path("identities/<str:check>/verify/", identities.verify),
    path("identities/<str:check>/refuse/", identities.refuse),
    path("identities/<str:check>/compare/", identities.compare),
    path("tax/", tax.index),
    path("tax/<str:month>/file/", tax.file),
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
    path("<str:withdrawal>/ask/", views.ask_one),
    path("<str:withdrawal>/settle/", views.settle_one),
    path("<str:withdrawal>/return/", views.return_one),
    path("<str:withdrawal>/leave/", views.leave_one),
]
