"""Routes of the storefront."""

from __future__ import annotations

from django.urls import path

from testkit.tests.modules.lamp import views

app_name = "lamp"
urlpatterns = [
    path("", views.store, name="list"),
    path("<int:key>/", views.lamp, name="lamp"),
    path("switch/", views.switch, name="switch"),
]
