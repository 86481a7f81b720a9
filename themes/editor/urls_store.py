"""Routes of the editor at the shop's own host, mounted under ``design/``."""

from __future__ import annotations

from django.urls import path

from themes.editor import canvas

urlpatterns = [path("", canvas.canvas), path("draw/", canvas.draw_changed)]
