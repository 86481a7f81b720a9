"""Routes of the storefront's account pages, mounted under ``account/``."""

from __future__ import annotations

from django.urls import path

from themes.account import addresses, sessions, views

app_name = "account"
urlpatterns = [
    path("", views.member_centre, name="home"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("register/", views.register, name="register"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("addresses/", addresses.addresses, name="addresses"),
    path("addresses/new/", addresses.new_address, name="address-new"),
    path("addresses/<str:address>/", addresses.change_address, name="address"),
    path("addresses/<str:address>/default/", addresses.make_default, name="address-default"),
    path("addresses/<str:address>/remove/", addresses.remove_address, name="address-remove"),
    path("devices/", sessions.sessions, name="sessions"),
    path("devices/end/", sessions.end_session, name="session-end"),
]
