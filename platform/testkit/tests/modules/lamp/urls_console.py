"""Routes of the console."""

from __future__ import annotations

from django.urls import path

from testkit.tests.modules.lamp import views

app_name = "lamp"
urlpatterns = [path("", views.console, name="list")]
