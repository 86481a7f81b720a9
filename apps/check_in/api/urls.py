"""Routes of the store API, mounted under ``check-in/``."""

from __future__ import annotations

from django.urls import path

from apps.check_in.api.storefront import CalendarView, MakeUpView

app_name = "check_in"
urlpatterns = [
    path("", CalendarView.as_view(), name="calendar"),
    path("make-up/", MakeUpView.as_view(), name="make-up"),
]
