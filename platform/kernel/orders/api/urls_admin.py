"""Routes of the admin API for orders, mounted under ``orders/``."""

from __future__ import annotations

from django.urls import path

from kernel.orders.api.admin import (
    CancelView,
    ChangesView,
    DecisionView,
    ExportView,
    NotesView,
    OrdersView,
    OrderView,
    PolicyView,
    PreviewView,
    TagsView,
)

app_name = "orders-admin-api"
urlpatterns = [
    path("", OrdersView.as_view(), name="list"),
    path("export/", ExportView.as_view(), name="export"),
    path("policy/", PolicyView.as_view(), name="policy"),
    path("changes/<str:change>/", DecisionView.as_view(), name="decision"),
    path("<str:order>/", OrderView.as_view(), name="detail"),
    path("<str:order>/cancellation/", CancelView.as_view(), name="cancel"),
    path("<str:order>/notes/", NotesView.as_view(), name="notes"),
    path("<str:order>/tags/", TagsView.as_view(), name="tags"),
    path("<str:order>/changes/", ChangesView.as_view(), name="changes"),
    path("<str:order>/preview/", PreviewView.as_view(), name="preview"),
]
