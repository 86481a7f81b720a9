"""Routes of the stock."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.stock import places, views

urlpatterns = [
    path("", views.index),
    path("export.csv", views.export),
    path("movements/", views.history),
    path("movements/export.csv", views.export_history),
    path("count/", places.counting),
    path("transfers/", places.transfers),
    path("transfers/new/", places.new_transfer),
    path("transfers/<str:transfer>/", places.show_transfer),
    path("locations/", places.locations),
    path("locations/<str:location>/", places.location),
    path("<str:item>/", views.item),
]
