"""Routes of the after-sales desk."""

from __future__ import annotations

from django.urls import path

from kernel.backoffice.aftersales import views
from kernel.backoffice.exports import views as exports

urlpatterns = [
    path("", views.index),
    path("export/", exports.choose("aftersales")),
    path("export.<str:file_format>", exports.file("aftersales")),
    path("address/", views.address),
    path("<str:number>/", views.show),
    path("<str:number>/approve/", views.approve),
    path("<str:number>/offer/", views.offer),
    path("<str:number>/reject/", views.reject),
    path("<str:number>/arrive/", views.arrive),
    path("<str:number>/inspect/", views.inspect),
    path("<str:number>/replace/", views.replace),
    path("<str:number>/arbitrate/", views.arbitrate),
    path("<str:number>/escalate/", views.escalate),
    path("<str:number>/pay/", views.pay),
    path("<str:number>/say/", views.say),
]
