"""Routes of the shell, the same in every console."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("account/password/", views.change_password, name="password"),
    path("account/confirm/", views.confirm_page, name="confirm"),
    path("language/<str:code>/", views.choose_language, name="language"),
    path("brand.css", views.brand_css, name="brand-css"),
    path("mark.svg", views.mark, name="mark"),
    path("favicon.ico", views.mark),
    path("robots.txt", views.robots),
]
