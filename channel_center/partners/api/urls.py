"""Routes of the channel API."""

from __future__ import annotations

from django.urls import path

from channel_center.partners.api import domains, partners, people, tenants

urlpatterns = [
    path("self/", partners.SelfView.as_view()),
    path("tenants/", tenants.TenantsView.as_view()),
    path("tenants/<str:tenant>/", tenants.TenantView.as_view()),
    path("tenants/<str:tenant>/holds/", tenants.HoldsView.as_view()),
    path("tenants/<str:tenant>/holds/<str:hold>/", tenants.HoldView.as_view()),
    path("tenants/<str:tenant>/modules/", domains.ModulesView.as_view()),
    path("tenants/<str:tenant>/modules/<str:code>/", domains.ModuleView.as_view()),
    path("tenants/<str:tenant>/domains/", domains.DomainsView.as_view()),
    path("tenants/<str:tenant>/domains/<str:host>/", domains.DomainView.as_view()),
    path("tenants/<str:tenant>/domains/<str:host>/proof/", domains.DomainProofView.as_view()),
    path("partners/", partners.SubPartnersView.as_view()),
    path("applications/", partners.ApplicationsView.as_view()),
    path("people/", people.PeopleView.as_view()),
    path("people/<str:person>/invitation/", people.InvitationView.as_view()),
    path("templates/", people.TemplatesView.as_view()),
    path("webhooks/", partners.WebhooksView.as_view()),
    path("webhooks/<str:webhook>/", partners.WebhookView.as_view()),
    path("deliveries/", partners.DeliveriesView.as_view()),
    path("deliveries/<str:delivery>/replay/", partners.ReplayView.as_view()),
]
