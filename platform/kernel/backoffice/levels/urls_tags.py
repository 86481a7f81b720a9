"""Routes of tags of members."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.levels import tags

urlpatterns = [
    path("", tags.index),
    path("assign/", tags.assign),
    path("rename/", tags.rename),
    path("remove/", tags.remove),
]
