"""Routes of the order desk."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.exports import views as exports
from kernel.backoffice.orders import changes, parcels, policy, reviews, shipping, views

urlpatterns = [
    path("", views.index),
    path("export/", exports.choose("orders")),
    path("export.<str:file_format>", exports.file("orders")),
    path("pickup/", parcels.pickup),
    path("policy/", policy.edit),
    path("ship/", shipping.sheet),
    path("to-ship.<str:file_format>", exports.file("to-ship")),
    path("slips/", shipping.slips),
    path("picking/", shipping.picking),
    path("reviews/", reviews.waiting),
    path("<str:number>/", views.show),
    path("<str:number>/edit/", changes.edit),
    path("<str:number>/changes/<str:change>/", changes.decide),
    path("<str:number>/tags/", views.tags),
    path("<str:number>/ship/", shipping.ship),
    path("<str:number>/cancel/", views.cancel),
    path("<str:number>/parcels/<str:parcel>/change/", parcels.change),
    path("<str:number>/parcels/<str:parcel>/receive/", parcels.receive),
    path("<str:number>/note/", views.note),
    path("<str:number>/payments/<str:attempt>/", reviews.review),
]
