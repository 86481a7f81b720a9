"""Routes of prices in the channel API."""

from __future__ import annotations

from django.urls import path

from channel_center.billing import api, earning_api, papers_api

urlpatterns = [
    path("invoices/", papers_api.InvoicesView.as_view()),
    path("invoices/<str:invoice>/", papers_api.InvoiceView.as_view()),
    path("invoices/<str:invoice>/file.pdf", papers_api.InvoiceFileView.as_view()),
    path("statement/", papers_api.StatementView.as_view()),
    path("statement/file.<str:form>", papers_api.StatementFileView.as_view()),
    path("margins/", earning_api.MarginsView.as_view()),
    path("particulars/", earning_api.ParticularsView.as_view()),
    path("prices/", api.PricesView.as_view()),
    path("price-lists/", api.PriceListsView.as_view()),
    path("price-lists/<str:price_list>/", api.PriceListView.as_view()),
    path("price-lists/<str:price_list>/publish/", api.PublishView.as_view()),
    path("price-lists/<str:price_list>/lines/<str:offer>/", api.PriceLineView.as_view()),
]
