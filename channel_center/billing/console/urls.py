"""Routes of prices at partners' and the operator's hosts."""

from __future__ import annotations

from django.urls import path

from channel_center.billing.console import balances, catalogue, papers, views

urlpatterns = [
    path("prices/", views.prices),
    path("products/", catalogue.index),
    path("products/new/", catalogue.new),
    path("products/<str:public_id>/", catalogue.show),
    path("products/<str:public_id>/editions/", catalogue.add_edition),
    path("products/<str:public_id>/offers/", catalogue.add_offer),
    path("products/<str:public_id>/sale/", catalogue.set_sale),
    path("balances/", balances.index),
    path("balances/<str:public_id>/", balances.show),
    path("papers/", papers.index),
    path("papers/particulars/", papers.particulars),
    path("papers/<str:public_id>/", papers.invoice),
    path("statement/", papers.statement),
    path("statement/file.<str:form>", papers.statement_as),
    path("margins/", papers.margin),
    path("margins/file.csv", papers.margin_as_csv),
]
