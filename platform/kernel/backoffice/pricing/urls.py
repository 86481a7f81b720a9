"""Routes of price lists."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.pricing import views

urlpatterns = [
    path("", views.index),
    path("new/", views.new),
    path("explain/", views.explain),
    path("<str:price_list>/", views.edit),
    path("<str:price_list>/copy/", views.copy),
    path("<str:price_list>/entries/", views.entries),
]
