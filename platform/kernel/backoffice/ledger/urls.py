"""Routes of the ledger."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.ledger import journals, views

urlpatterns = [
    path("", views.index),
    path("journals/", journals.index),
    path("journals/export.csv", journals.export),
    path("differences/", views.differences),
    path("differences/<str:difference>/", views.resolve),
    path("accounts/<str:account>/", views.account),
]
