"""Routes of segments."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.levels import segments

urlpatterns = [
    path("", segments.index),
    path("new/", segments.new),
    path("<str:segment>/", segments.edit),
    path("<str:segment>/refresh/", segments.refresh),
    path("<str:segment>/members/", segments.members),
    path("<str:segment>/delete/", segments.delete),
]
