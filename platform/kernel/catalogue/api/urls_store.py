"""Routes of the store API for the catalogue, mounted under ``/api/v1/store/``."""

from __future__ import annotations

from django.urls import path

from kernel.catalogue.api.store import (
    CategoriesView,
    CategoryView,
    CollectionsView,
    CollectionView,
    ProductsView,
    ProductView,
)

app_name = "catalogue-api"
urlpatterns = [
    path("products/", ProductsView.as_view(), name="products"),
    path("products/<str:handle>/", ProductView.as_view(), name="product"),
    path("categories/", CategoriesView.as_view(), name="categories"),
    path("categories/<path:path>/", CategoryView.as_view(), name="category"),
    path("collections/", CollectionsView.as_view(), name="collections"),
    path("collections/<str:handle>/", CollectionView.as_view(), name="collection"),
]
