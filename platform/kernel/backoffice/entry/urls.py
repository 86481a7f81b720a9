"""Routes of how members join and sign in."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.entry import views

urlpatterns = [
    path("", views.index),
    path("sign-up/", views.sign_up),
    path("with/", views.provider),
    path("with/<slug:code>/", views.provider),
    path("with/<slug:code>/remove/", views.remove),
    path("texts/<slug:kind>/", views.document),
]
