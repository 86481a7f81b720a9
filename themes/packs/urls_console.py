"""Routes of the console's page of themes."""

from __future__ import annotations

from django.urls import path

from themes.packs import console

urlpatterns = [
    path("", console.gallery),
    path("use/", console.use),
    path("back/", console.back),
    path("blocks/", console.blocks),
]
