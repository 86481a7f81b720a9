"""Routes of the shell, the same in every console."""

from __future__ import annotations

from django.urls import include, path

from kernel.backoffice import views
from kernel.backoffice.account import views as account

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("", include("kernel.sso.urls")),
    path("sign-in/code/", account.code, name="sign-in-code"),
    path("support/<str:token>/", account.support, name="support"),
    path("welcome/<str:token>/", account.arrive_by_letter),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("account/password/", views.change_password, name="password"),
    path("account/confirm/", views.confirm_page, name="confirm"),
    path("account/", include("kernel.backoffice.account.urls")),
    path("language/<str:code>/", views.choose_language, name="language"),
    path("brand.css", views.brand_css, name="brand-css"),
    path("mark.svg", views.mark, name="mark"),
    path("favicon.ico", views.mark),
    path("robots.txt", views.robots),
]
