"""Routes of the storefront, mounted under ``__path__/``."""

from __future__ import annotations

from django.urls import path

from __package__ import pages

app_name = "__code__"
urlpatterns = [path("", pages.entries, name="entries")]
