"""Routes of the store API for cases, mounted under ``after-sales/``."""

from __future__ import annotations

from django.urls import path

from kernel.aftersales.api import store

app_name = "aftersales-api"
urlpatterns = [
    path("", store.CasesView.as_view(), name="cases"),
    path("openings/", store.OpeningsView.as_view(), name="openings"),
    path("preview/", store.PreviewView.as_view(), name="preview"),
    path("<str:case>/", store.CaseView.as_view(), name="case"),
    path("<str:case>/messages/", store.MessagesView.as_view(), name="messages"),
    path("<str:case>/parcel/", store.ParcelView.as_view(), name="parcel"),
    path("<str:case>/cancellation/", store.CancellationView.as_view(), name="cancellation"),
    path("<str:case>/offer/", store.OfferView.as_view(), name="offer"),
    path("<str:case>/dispute/", store.DisputeView.as_view(), name="dispute"),
    path("<str:case>/escalation/", store.EscalationView.as_view(), name="escalation"),
    path("<str:case>/money/", store.MoneyView.as_view(), name="money"),
]
