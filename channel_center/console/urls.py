"""Routes of the consoles of channel partners and the operator."""

from __future__ import annotations

from django.urls import include, path

from channel_center.console import disputes, finding, jobs, operator, people, views

urlpatterns = [
    path("", views.overview),
    path("palette/", finding.palette),
    path("shops/", views.shops),
    path("shops/new/", views.open_shop),
    path("shops/<str:public_id>/", views.shop),
    path("shops/<str:public_id>/progress/", finding.progress),
    path("shops/<str:public_id>/hold/", views.hold_shop),
    path("shops/<str:public_id>/holds/<str:hold>/lift/", views.release_shop),
    path("templates/", include("channel_center.snapshots.console.urls")),
    path("partners/", operator.partners),
    path("partners/new/", operator.add_partner),
    path("people/", people.people),
    path("people/factor/", people.factor_policy),
    path("people/<str:person>/factor/", people.reset_factor),
    path("jobs/", jobs.index),
    path("jobs/<str:name>/", jobs.one),
    path("disputes/", disputes.index),
    path("disputes/<str:public_id>/", disputes.show),
    path("disputes/<str:public_id>/decide/", disputes.decide),
    path("disputes/<str:public_id>/say/", disputes.say),
    path("system/", operator.system),
    path("activity/", operator.activity),
    path("activity/<int:sequence>/", operator.act),
]
