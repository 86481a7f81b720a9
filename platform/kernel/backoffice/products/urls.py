"""Routes of products."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.exports import views as exports
from kernel.backoffice.products import pictures, variants, versions, views

urlpatterns = [
    path("", views.index),
    path("export/", exports.choose("products")),
    path("export.<str:file_format>", exports.file("products")),
    path("new/", views.new),
    path("<str:product>/", views.edit),
    path("<str:product>/versions/", versions.versions),
    path("<str:product>/status/", views.set_status),
    path("<str:product>/variants/", variants.grid),
    path("<str:product>/options/", variants.options),
    path("<str:product>/pictures/", pictures.add),
    path("<str:product>/pictures/<str:picture>/", pictures.change),
]
