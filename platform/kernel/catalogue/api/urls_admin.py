"""Routes of the admin API for the catalogue, mounted under ``/api/v1/admin/``."""

from __future__ import annotations

from django.urls import path

from kernel.catalogue.api import admin_groups as groups
from kernel.catalogue.api import admin_products as products

app_name = "catalogue-admin-api"
urlpatterns = [
    path("products/", products.ProductsView.as_view(), name="products"),
    path("products/<str:product>/", products.ProductView.as_view(), name="product"),
    path("products/<str:product>/options/", products.OptionsView.as_view(), name="options"),
    path("products/<str:product>/variants/", products.GridView.as_view(), name="grid"),
    path("products/<str:product>/bundle/", products.BundleView.as_view(), name="bundle"),
    path("products/<str:product>/draft/", products.DraftView.as_view(), name="draft"),
    path("products/<str:product>/versions/", products.VersionsView.as_view(), name="versions"),
    path("products/<str:product>/pictures/", products.PicturesView.as_view(), name="pictures"),
    path(
        "products/<str:product>/pictures/order/",
        products.PictureOrderView.as_view(),
        name="picture-order",
    ),
    path("pictures/<str:picture>/", products.PictureView.as_view(), name="picture"),
    path("categories/", groups.CategoriesView.as_view(), name="categories"),
    path("categories/<str:category>/", groups.CategoryView.as_view(), name="category"),
    path("categories/<str:category>/move/", groups.MoveView.as_view(), name="move"),
    path("categories/<str:category>/merge/", groups.MergeView.as_view(), name="merge"),
    path(
        "categories/<str:category>/products/",
        groups.CategoryProductsView.as_view(),
        name="category-products",
    ),
    path("collections/", groups.CollectionsView.as_view(), name="collections"),
    path("collections/<str:collection>/", groups.CollectionView.as_view(), name="collection"),
    path(
        "collections/<str:collection>/products/",
        groups.CollectionProductsView.as_view(),
        name="collection-products",
    ),
    path("collections/<str:collection>/refresh/", groups.RefreshView.as_view(), name="refresh"),
    path("brands/", groups.BrandsView.as_view(), name="brands"),
    path("units/", groups.UnitsView.as_view(), name="units"),
    path("product-types/", groups.ProductTypesView.as_view(), name="product-types"),
    path("labels/", groups.LabelsView.as_view(), name="labels"),
]
