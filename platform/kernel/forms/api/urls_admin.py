"""Routes of the admin API for forms, mounted under ``/api/v1/admin/``."""

from __future__ import annotations

from django.urls import path

from kernel.forms.api import admin

app_name = "forms-admin-api"
urlpatterns = [
    path("forms/", admin.FormsView.as_view(), name="forms"),
    path("forms/<str:form>/", admin.FormView.as_view(), name="form"),
    path("forms/<str:form>/fields/", admin.FieldsView.as_view(), name="fields"),
    path("forms/<str:form>/fields/<str:key>/", admin.FieldView.as_view(), name="field"),
    path("forms/<str:form>/fields/<str:key>/move/", admin.FieldMoveView.as_view(), name="move"),
    path("forms/<str:form>/entries/", admin.EntriesView.as_view(), name="entries"),
    path("forms/<str:form>/entries/<str:entry>/", admin.EntryView.as_view(), name="entry"),
]
