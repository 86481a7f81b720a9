"""Routes of the admin API for cases, mounted under ``after-sales/``."""

from __future__ import annotations

from django.urls import path

from kernel.aftersales.api import admin

app_name = "aftersales-admin-api"
urlpatterns = [
    path("", admin.CasesView.as_view(), name="cases"),
    path("export/", admin.ExportView.as_view(), name="export"),
    path("return-address/", admin.ReturnAddressView.as_view(), name="address"),
    path("<str:case>/", admin.CaseView.as_view(), name="case"),
    path("<str:case>/approval/", admin.ApprovalView.as_view(), name="approval"),
    path("<str:case>/offer/", admin.OfferView.as_view(), name="offer"),
    path("<str:case>/rejection/", admin.RejectionView.as_view(), name="rejection"),
    path("<str:case>/messages/", admin.MessagesView.as_view(), name="messages"),
    path("<str:case>/arrival/", admin.ArrivalView.as_view(), name="arrival"),
    path("<str:case>/inspection/", admin.InspectionView.as_view(), name="inspection"),
    path("<str:case>/replacement/", admin.ReplacementView.as_view(), name="replacement"),
    path("<str:case>/payout/", admin.PayoutView.as_view(), name="payout"),
    path("<str:case>/escalation/", admin.EscalationView.as_view(), name="escalation"),
    path("<str:case>/verdict/", admin.VerdictView.as_view(), name="verdict"),
]
