"""Routes of staff and roles; the list of the staff is the registry's page."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.staffing import security, views, visits

urlpatterns = [
    path("security/", security.index),
    path("security/factor/", security.factor_policy),
    path("security/support/", security.let_in),
    path("security/support/<str:access>/end/", security.end),
    path("visits/<str:visit>/", visits.decide),
    path("people/<str:person>/factor/", security.reset),
    path("people/<str:person>/invite/", views.invite_once_more),
    path("people/<str:person>/remove/", security.remove),
    path("roles/", views.roles),
    path("roles/new/", views.new_role),
    path("roles/<str:role>/", views.edit_role),
    path("roles/<str:role>/delete/", views.remove_role),
    path("new/", views.invite),
    path("people/<str:person>/", views.edit),
]
