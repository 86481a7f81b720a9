"""Routes of the admin API for whoever is signed in."""

from __future__ import annotations

from django.urls import path

from kernel.access.api.confirming import ConfirmationView

urlpatterns = [path("confirmation/", ConfirmationView.as_view(), name="confirmation")]
