"""Routes of signing in by a company's accounts, the same in every console."""

from __future__ import annotations

from django.urls import path

from kernel.sso import views

urlpatterns = [
    path("sign-in/with/", views.go),
    path("sign-in/back/", views.back),
    path("account/sign-on/", views.settings_page),
    path("account/sign-on/remove/", views.remove),
]
