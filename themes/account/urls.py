"""Routes of the storefront's account pages, mounted under ``account/``."""

from __future__ import annotations

from django.urls import path

from themes.account import (
    addresses,
    agreements,
    assets,
    codes,
    companies,
    favourites,
    footprints,
    holds,
    invoices,
    levels,
    own,
    payment_password,
    sessions,
    views,
    ways,
)
from themes.notices import views as notice_views
from themes.promotions.views import my_coupons
from themes.rewards import views as rewards
from themes.wallet import identity
from themes.wallet import views as wallet

app_name = "account"
urlpatterns = [
    path("", views.member_centre, name="home"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/code/", codes.sign_in_by_code, name="sign-in-code"),
    path("with/<slug:provider>/", companies.leave, name="with"),
    path("with/<slug:provider>/back/", companies.come_back, name="with-back"),
    path("forgotten/", codes.forgotten, name="forgotten"),
    path("agreements/", agreements.agreements, name="agreements"),
    path("privacy/", agreements.privacy, name="privacy"),
    path("ways/", ways.ways, name="ways"),
    path("ways/new/", ways.new_way, name="way-new"),
    path("ways/remove/", ways.remove_way, name="way-remove"),
    path("password/", ways.password, name="password"),
    path("payment-password/", payment_password.payment_password, name="payment-password"),
    path("name/", own.name, name="name"),
    path("invite/", own.invitation, name="invitation"),
    path("invite/poster.svg", rewards.invitation_poster, name="invitation-poster"),
    path("earnings/", rewards.earnings, name="earnings"),
    path("assets/", assets.assets, name="assets"),
    path("coupons/", my_coupons, name="coupons"),
    path("level/", levels.level, name="level"),
    path("holds/", holds.holds, name="holds"),
    path("wallet/", wallet.wallet, name="wallet"),
    path("wallet/identity/", identity.identity, name="identity"),
    path("wallet/accounts/remove/", wallet.forget_account, name="payout-forget"),
    path("wallet/accounts/<slug:channel>/", wallet.payout_account, name="payout-account"),
    path("wallet/take-back/", wallet.take_back, name="withdrawal-cancel"),
    path("wallet/withdraw/<slug:asset>/", wallet.withdraw, name="withdraw"),
    path("wallet/give/<slug:asset>/", wallet.give, name="give"),
    path("messages/", notice_views.inbox, name="messages"),
    path("messages/read/", notice_views.read, name="message-read"),
    path("messages/choices/", notice_views.choices, name="message-choices"),
    path("favourites/", favourites.favourites, name="favourites"),
    path("favourites/keep/", favourites.keep, name="favourite-keep"),
    path("favourites/forget/", favourites.forget, name="favourite-forget"),
    path("recent/", footprints.footprints, name="footprints"),
    path("recent/clear/", footprints.clear, name="footprints-clear"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices/new/", invoices.invoice, name="invoice-new"),
    path("invoices/<str:profile>/", invoices.invoice, name="invoice"),
    path("invoices/<str:profile>/remove/", invoices.remove, name="invoice-remove"),
    path("close/", own.close, name="close"),
    path("register/", views.register, name="register"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("addresses/", addresses.addresses, name="addresses"),
    path("addresses/new/", addresses.new_address, name="address-new"),
    path("addresses/<str:address>/", addresses.change_address, name="address"),
    path("addresses/<str:address>/default/", addresses.make_default, name="address-default"),
    path("addresses/<str:address>/remove/", addresses.remove_address, name="address-remove"),
    path("devices/", sessions.sessions, name="sessions"),
    path("devices/end/", sessions.end_session, name="session-end"),
]
