"""Routes of the store API for withdrawals and transfers, under ``/api/v1/store/wallet/``."""

from __future__ import annotations

from django.urls import path

from kernel.wallet.api import store

app_name = "wallet-api"
urlpatterns = [
    path("", store.WalletView.as_view(), name="wallet"),
    path("quote/", store.QuoteView.as_view(), name="quote"),
    path("identity/", store.IdentityView.as_view(), name="identity"),
    path("accounts/", store.AccountsView.as_view(), name="accounts"),
    path("accounts/<str:account>/", store.AccountView.as_view(), name="account"),
    path("withdrawals/", store.WithdrawalsView.as_view(), name="withdrawals"),
    path("withdrawals/<str:withdrawal>/", store.WithdrawalView.as_view(), name="withdrawal"),
    path("withdrawals/<str:withdrawal>/cancel/", store.CancelView.as_view(), name="cancel"),
    path("recipient/", store.RecipientView.as_view(), name="recipient"),
    path("transfers/", store.TransfersView.as_view(), name="transfers"),
]
