"""Routes of the admin API for whoever is signed in, for staff and for their roles."""

from __future__ import annotations

from django.urls import path

from kernel.access.api.confirming import ConfirmationView
from kernel.access.api.sessions import SessionsView, SessionView
from kernel.access.api.staffing import (
    FactorView,
    PeopleView,
    PermissionsView,
    PersonView,
    RolesView,
    RoleView,
)

urlpatterns = [
    path("confirmation/", ConfirmationView.as_view(), name="confirmation"),
    path("permissions/", PermissionsView.as_view(), name="permissions"),
    path("roles/", RolesView.as_view(), name="roles"),
    path("roles/<str:role>/", RoleView.as_view(), name="role"),
    path("staff/", PeopleView.as_view(), name="staff"),
    path("staff/<str:person>/", PersonView.as_view(), name="person"),
    path("staff/<str:person>/second-factor/", FactorView.as_view(), name="second-factor"),
    path("sessions/", SessionsView.as_view(), name="sessions"),
    path("sessions/<str:session>/", SessionView.as_view(), name="session"),
]
