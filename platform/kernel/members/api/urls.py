"""Routes of the store API for accounts, mounted under ``members/``."""

from __future__ import annotations

from django.urls import path

from kernel.members.api.storefront import (
    CurrentMemberView,
    RegisterView,
    SignInView,
    SignOutView,
)

app_name = "members-api"
urlpatterns = [
    path("register/", RegisterView.as_view(), name="register"),
    path("sign-in/", SignInView.as_view(), name="sign-in"),
    path("sign-out/", SignOutView.as_view(), name="sign-out"),
    path("me/", CurrentMemberView.as_view(), name="me"),
]
