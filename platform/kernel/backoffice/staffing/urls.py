"""Routes of staff and roles; the list of the staff is the registry's page."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.staffing import views

urlpatterns = [
    path("roles/", views.roles),
    path("roles/new/", views.new_role),
    path("roles/<str:role>/", views.edit_role),
    path("roles/<str:role>/delete/", views.remove_role),
    path("new/", views.invite),
    path("people/<str:person>/", views.edit),
]
