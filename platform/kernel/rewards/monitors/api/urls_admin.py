"""Routes of the admin API for monitors, mounted under ``/api/v1/admin/rewards/``."""

from __future__ import annotations

from django.urls import path

from kernel.rewards.monitors.api import admin

app_name = "rewards-monitors-admin-api"
urlpatterns = [
    path("monitors/", admin.MonitorsView.as_view(), name="monitors"),
    path("monitors/<str:code>/", admin.MonitorView.as_view(), name="monitor"),
    path("monitors/<str:code>/limits/", admin.LimitsView.as_view(), name="limits"),
    path("monitors/<str:code>/alarms/", admin.AlarmsView.as_view(), name="alarms"),
    path("monitors/<str:code>/loosenings/", admin.LoosenAskView.as_view(), name="loosen"),
    path("loosenings/", admin.LooseningsView.as_view(), name="loosenings"),
    path("loosenings/<str:loosening>/approve/", admin.LoosenApproveView.as_view()),
    path("loosenings/<str:loosening>/refuse/", admin.LoosenRefuseView.as_view()),
    path("readings/", admin.ReadView.as_view(), name="read"),
    path("halts/", admin.HaltsView.as_view(), name="halts"),
    path("halts/<str:halt>/ask/", admin.LiftAskView.as_view(), name="ask"),
    path("halts/<str:halt>/lift/", admin.LiftView.as_view(), name="lift"),
    path("changes/", admin.ChangesView.as_view(), name="changes"),
    path("changes/<str:entry>/confirm/", admin.ConfirmView.as_view(), name="confirm"),
]
