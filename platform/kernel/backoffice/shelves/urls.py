"""Routes of categories, collections and labels."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.shelves import categories, collections, details, labels

urlpatterns = [
    path("categories/", categories.index),
    path("categories/<str:category>/", categories.edit),
    path("categories/<str:category>/move/", categories.move),
    path("categories/<str:category>/merge/", categories.merge),
    path("categories/<str:category>/delete/", categories.delete),
    path("collections/", collections.index),
    path("collections/new/rules/", collections.new, {"kind": "rules"}),
    path("collections/new/manual/", collections.new, {"kind": "manual"}),
    path("collections/<str:collection>/", collections.edit),
    path("collections/<str:collection>/products/", collections.arrange),
    path("collections/<str:collection>/delete/", collections.delete),
    path("labels/", labels.index),
    path("brands/", details.brands),
    path("units/", details.units),
    path("product-types/", details.types),
]
