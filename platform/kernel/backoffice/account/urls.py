"""Routes of one's own account."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.account import factor, keys, views

urlpatterns = [
    path("security/", views.security),
    path("sessions/end/", views.end_others),
    path("sessions/<str:session>/end/", views.end_one),
    path("factor/", factor.enrol),
    path("factor/codes/", factor.codes),
    path("factor/remove/", factor.remove),
    path("keys/", keys.add),
    path("keys/<str:key>/remove/", keys.remove),
]
