"""Routes of the store API for accounts, mounted under ``members/``."""

from __future__ import annotations

from django.urls import path

from kernel.members.api import assets, belongings, devices, providers, storefront

app_name = "members-api"
urlpatterns = [
    path("register/", storefront.RegisterView.as_view(), name="register"),
    path("sign-in/", storefront.SignInView.as_view(), name="sign-in"),
    path("sign-out/", storefront.SignOutView.as_view(), name="sign-out"),
    path("codes/", storefront.CodeView.as_view(), name="codes"),
    path("codes/sign-in/", storefront.CodeSignInView.as_view(), name="code-sign-in"),
    path("password/", storefront.PasswordView.as_view(), name="password"),
    path("password/reset/", storefront.PasswordResetView.as_view(), name="password-reset"),
    path("me/", storefront.CurrentMemberView.as_view(), name="me"),
    path("sessions/", devices.SessionsView.as_view(), name="sessions"),
    path("sessions/<str:session>/", devices.SessionView.as_view(), name="session"),
    path("identities/", devices.IdentitiesView.as_view(), name="identities"),
    path("identities/<str:identity>/", devices.IdentityView.as_view(), name="identity"),
    path("providers/", providers.ProvidersView.as_view(), name="providers"),
    path(
        "providers/<str:provider>/begin/",
        providers.ProviderBeginView.as_view(),
        name="provider-begin",
    ),
    path(
        "providers/<str:provider>/sign-in/",
        providers.ProviderSignInView.as_view(),
        name="provider-sign-in",
    ),
    path(
        "providers/<str:provider>/identities/",
        providers.ProviderIdentityView.as_view(),
        name="provider-identities",
    ),
    path("addresses/", belongings.AddressesView.as_view(), name="addresses"),
    path("addresses/<str:address>/", belongings.AddressView.as_view(), name="address"),
    path("regions/", belongings.RegionsView.as_view(), name="regions"),
    path("invoice-profiles/", belongings.InvoiceProfilesView.as_view(), name="invoice-profiles"),
    path(
        "invoice-profiles/<str:profile>/",
        belongings.InvoiceProfileView.as_view(),
        name="invoice-profile",
    ),
    path("favourites/", belongings.FavouritesView.as_view(), name="favourites"),
    path("favourites/<str:product>/", belongings.FavouriteView.as_view(), name="favourite"),
    path("footprints/", belongings.FootprintsView.as_view(), name="footprints"),
    path("assets/", assets.AssetsView.as_view(), name="assets"),
    path("assets/<str:asset>/", assets.AssetView.as_view(), name="asset"),
    path("consents/", belongings.ConsentsView.as_view(), name="consents"),
]
