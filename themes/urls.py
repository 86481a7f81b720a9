"""Routes of the storefront's own pages."""

from __future__ import annotations

from django.urls import path

from themes import views

urlpatterns = [
    path("", views.home, name="home"),
    path("theme.css", views.theme_css),
    path("mark.svg", views.mark),
    path("favicon.ico", views.mark),
    path("robots.txt", views.robots),
    path("manifest.webmanifest", views.manifest_json),
    path("language/<str:code>/", views.choose_language, name="language"),
]
