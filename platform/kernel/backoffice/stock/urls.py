"""Routes of the stock."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.exports import views as exports
from kernel.backoffice.stock import places, views

urlpatterns = [
    path("", views.index),
    path("export/", exports.choose("stock")),
    path("export.<str:file_format>", exports.file("stock")),
    path("movements/", views.history),
    path("movements/export/", exports.choose("stock-movements")),
    path("movements/export.<str:file_format>", exports.file("stock-movements")),
    path("count/", places.counting),
    path("transfers/", places.transfers),
    path("transfers/new/", places.new_transfer),
    path("transfers/<str:transfer>/", places.show_transfer),
    path("locations/", places.locations),
    path("locations/<str:location>/", places.location),
    path("<str:item>/", views.item),
]
