"""Routes of taxes."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.taxes import views

urlpatterns = [
    path("", views.index),
    path("policy/", views.policy),
    path("classes/", views.add_class),
    path("classes/<slug:code>/delete/", views.drop_class),
    path("zones/new/", views.zone),
    path("zones/<str:zone>/", views.zone),
    path("zones/<str:zone>/delete/", views.drop_zone),
    path("exemptions/", views.exempt),
    path("exemptions/<str:exemption>/", views.decide_exempt),
]
