"""Routes of the store API for documents, mounted under ``/api/v1/store/``."""

from __future__ import annotations

from django.urls import path

from kernel.documents.api import store

app_name = "documents-api"
urlpatterns = [
    path("orders/<str:order>/documents/", store.OrderDocumentsView.as_view(), name="documents"),
    path("orders/<str:order>/invoice/", store.OrderRequestView.as_view(), name="request"),
    path("documents/<str:document>/", store.DocumentView.as_view(), name="document"),
    path("invoices/<str:asked>/file/", store.RequestFileView.as_view(), name="file"),
]
