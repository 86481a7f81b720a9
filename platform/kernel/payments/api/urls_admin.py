"""Routes of the admin API for payments, mounted under ``payments/``."""

from __future__ import annotations

from django.urls import path

from kernel.payments.api import admin, bindings, reviews, splits

app_name = "payments-admin-api"
urlpatterns = [
    path("gateways/", bindings.GatewaysView.as_view(), name="gateways"),
    path("bindings/", bindings.BindingsView.as_view(), name="bindings"),
    path("bindings/<str:binding>/", bindings.BindingView.as_view(), name="binding"),
    path(
        "bindings/<str:binding>/credentials/",
        bindings.CredentialsView.as_view(),
        name="credentials",
    ),
    path("intents/", admin.IntentsView.as_view(), name="intents"),
    path("intents/<str:intent>/", admin.IntentView.as_view(), name="intent"),
    path(
        "intents/<str:intent>/cancellation/", admin.CancellationView.as_view(), name="cancellation"
    ),
    path("intents/<str:intent>/refunds/", admin.RefundsView.as_view(), name="refunds"),
    path("bindings/<str:binding>/receivers/", splits.ReceiversView.as_view(), name="receivers"),
    path("attempts/<str:attempt>/splits/", splits.SplitsView.as_view(), name="splits"),
    path("splits/<str:split>/return/", splits.SplitReturnView.as_view(), name="split-return"),
    path("attempts/<str:attempt>/capture/", admin.CaptureView.as_view(), name="capture"),
    path("attempts/<str:attempt>/query/", admin.QueryView.as_view(), name="query"),
    path("reviews/", reviews.WaitingView.as_view(), name="waiting"),
    path("reviews/<str:attempt>/", reviews.ReviewView.as_view(), name="review"),
    path("refunds/waiting/", reviews.RefundQueueView.as_view(), name="refund-queue"),
    path("refunds/<str:refund>/review/", reviews.RefundReviewView.as_view(), name="refund-review"),
    path("reconciliations/", reviews.ReconciliationsView.as_view(), name="reconciliations"),
    path("differences/", reviews.DifferencesView.as_view(), name="differences"),
    path(
        "differences/<str:difference>/resolution/",
        reviews.ResolutionView.as_view(),
        name="resolution",
    ),
]
