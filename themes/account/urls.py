"""Routes of the storefront's account pages, mounted under ``account/``."""

from __future__ import annotations

from django.urls import path

from themes.account import views

app_name = "account"
urlpatterns = [
    path("", views.member_centre, name="home"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("register/", views.register, name="register"),
    path("sign-out/", views.sign_out, name="sign-out"),
]
