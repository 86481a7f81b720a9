"""Routes of the storefront, mounted under ``check-in/``."""

from __future__ import annotations

from django.urls import path

from apps.check_in import pages

app_name = "check_in"
urlpatterns = [
    path("", pages.calendar_page, name="calendar"),
    path("make-up/", pages.make_up_day, name="make-up"),
]
