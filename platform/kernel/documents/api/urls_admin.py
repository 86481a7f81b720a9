"""Routes of the admin API for documents, mounted under ``/api/v1/admin/``."""

from __future__ import annotations

from django.urls import path

from kernel.documents.api import admin

app_name = "documents-admin-api"
urlpatterns = [
    path("legal-entities/", admin.EntitiesView.as_view(), name="entities"),
    path("legal-entities/<str:entity>/", admin.EntityView.as_view(), name="entity"),
    path("legal-entities/<str:entity>/layouts/", admin.LayoutsView.as_view(), name="layouts"),
    path(
        "legal-entities/<str:entity>/layouts/<str:kind>/",
        admin.LayoutView.as_view(),
        name="layout",
    ),
    path("documents/", admin.DocumentsView.as_view(), name="documents"),
    path("documents/<str:document>/pdf/", admin.DocumentView.as_view(), name="document"),
    path("prints/", admin.PrintsView.as_view(), name="prints"),
    path("prints/<str:run>/", admin.PrintView.as_view(), name="print"),
    path("prints/<str:run>/pdf/", admin.PrintFileView.as_view(), name="print-file"),
    path("invoice-requests/", admin.RequestsView.as_view(), name="requests"),
    path("invoice-requests/<str:asked>/", admin.RequestView.as_view(), name="request"),
    path("invoice-requests/<str:asked>/issue/", admin.IssueView.as_view(), name="issue"),
    path("invoice-requests/<str:asked>/reject/", admin.RejectView.as_view(), name="reject"),
    path("invoice-requests/<str:asked>/reds/<str:red>/", admin.RedView.as_view(), name="red"),
]
