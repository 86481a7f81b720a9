"""Routes of the admin API for withdrawals, mounted under ``/api/v1/admin/withdrawals/``."""

from __future__ import annotations

from django.urls import path

from kernel.wallet.api import admin

app_name = "wallet-admin-api"
urlpatterns = [
    path("", admin.WithdrawalsView.as_view(), name="withdrawals"),
    path("rules/", admin.RulesView.as_view(), name="rules"),
    path("rules/<str:asset>/", admin.WithdrawalRuleView.as_view(), name="withdrawal-rule"),
    path("rules/<str:asset>/transfers/", admin.TransferRuleView.as_view(), name="transfer-rule"),
    path("batches/", admin.BatchesView.as_view(), name="batches"),
    path("batches/<str:batch>/", admin.BatchView.as_view(), name="batch"),
    path("batches/<str:batch>/file/", admin.BatchFileView.as_view(), name="file"),
    path("batches/<str:batch>/close/", admin.CloseBatchView.as_view(), name="close"),
    path("<str:withdrawal>/", admin.WithdrawalView.as_view(), name="withdrawal"),
    path("<str:withdrawal>/approve/", admin.ApproveView.as_view(), name="approve"),
    path("<str:withdrawal>/reject/", admin.RejectView.as_view(), name="reject"),
    path("<str:withdrawal>/send/", admin.SendView.as_view(), name="send"),
    path("<str:withdrawal>/settle/", admin.SettleView.as_view(), name="settle"),
    path("<str:withdrawal>/return/", admin.ReturnView.as_view(), name="return"),
    path("<str:withdrawal>/leave-batch/", admin.LeaveBatchView.as_view(), name="leave"),
]
