"""Routes of the store API for payments, mounted under ``payments/``."""

from __future__ import annotations

from django.urls import path

from kernel.payments.api.passwords import PasswordCodesView, PasswordView
from kernel.payments.api.store import (
    AttemptsView,
    AttemptView,
    CashierView,
    HeldView,
    ProofsView,
)

app_name = "payments-store-api"
urlpatterns = [
    path("password/", PasswordView.as_view(), name="password"),
    path("password/codes/", PasswordCodesView.as_view(), name="password-codes"),
    path("<str:intent>/", CashierView.as_view(), name="cashier"),
    path("<str:intent>/held/", HeldView.as_view(), name="held"),
    path("<str:intent>/attempts/", AttemptsView.as_view(), name="attempts"),
    path("<str:intent>/attempts/<str:attempt>/", AttemptView.as_view(), name="attempt"),
    path("<str:intent>/attempts/<str:attempt>/proofs/", ProofsView.as_view(), name="proofs"),
]
