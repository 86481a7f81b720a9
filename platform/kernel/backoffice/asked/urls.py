"""Routes of forms."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.asked import fields, sent, views

urlpatterns = [
    path("", views.index),
    path("new/", views.new),
    path("<str:form>/", views.edit),
    path("<str:form>/delete/", views.delete),
    path("<str:form>/fields/new/", fields.add),
    path("<str:form>/fields/<str:key>/", fields.edit),
    path("<str:form>/fields/<str:key>/move/", fields.move),
    path("<str:form>/fields/<str:key>/remove/", fields.remove),
    path("<str:form>/sent/", sent.index),
    path("<str:form>/sent/<str:submission>/", sent.detail),
    path("<str:form>/sent/<str:submission>/mark/", sent.mark),
    path("<str:form>/sent/<str:submission>/delete/", sent.delete),
]
