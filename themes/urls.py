"""Routes of the storefront's own pages."""

from __future__ import annotations

from django.urls import include, path

from themes import framed, seo, views
from themes.account.agreements import legal
from themes.aftersales import views as case_views
from themes.asked import views as asked_views
from themes.cart import sharing as cart_sharing
from themes.cart import views as cart_views
from themes.cashier import views as cashier_views
from themes.checkout import views as checkout_views
from themes.draws import views as draw_views
from themes.figures import views as figure_views
from themes.notices import views as notice_views
from themes.orders import views as order_views
from themes.papers import views as paper_views
from themes.payouts import views as payout_views
from themes.promotions import views as promotion_views
from themes.reviews import views as review_views
from themes.rewards import views as reward_views
from themes.searching import views as search_views
from themes.visits import views as visit_views

urlpatterns = [
    path("", views.home, name="home"),
    path("categories/", views.categories, name="categories"),
    path("categories/<path:path>/", views.category, name="category"),
    path("collections/<str:handle>/", views.collection, name="collection"),
    path("pages/<str:handle>/", views.landing, name="landing"),
    path("products/<str:handle>/", views.product, name="product"),
    path("search/", search_views.search, name="search"),
    path("search/suggest/", search_views.suggest, name="search-suggest"),
    path("search/history/clear/", search_views.clear_history, name="search-clear"),
    path("cart/", cart_views.cart, name="cart"),
    path("cart/add/", cart_views.add_to_cart, name="cart-add"),
    path("cart/change/", cart_views.change_cart, name="cart-change"),
    path("cart/share/", cart_sharing.share_cart, name="cart-share"),
    path("cart/shared/", cart_sharing.shared_cart, name="cart-shared"),
    path("cart/shared/take/", cart_sharing.take_cart, name="cart-take"),
    path("coupons/", promotion_views.coupon_page, name="coupons"),
    path("coupons/take/", promotion_views.take_coupon, name="coupon-take"),
    path("payouts/", payout_views.payouts, name="payouts"),
    path("draws/", draw_views.draws, name="draws"),
    path("draws/recompute_draw.py", draw_views.script, name="draw-script"),
    path("draws/<str:draw>/", draw_views.draw, name="draw"),
    path("draws/<str:draw>/file.json", draw_views.file, name="draw-file"),
    path("rewards/", reward_views.rules, name="reward-rules"),
    path("checkout/", checkout_views.checkout, name="checkout"),
    path("orders/", order_views.orders, name="orders"),
    path("orders/<str:number>/", order_views.order, name="order"),
    path("orders/<str:number>/cancel/", order_views.cancel, name="order-cancel"),
    path("orders/<str:number>/receive/", order_views.receive, name="order-receive"),
    path("orders/<str:number>/hide/", order_views.hide, name="order-hide"),
    path("orders/<str:number>/invoice/", paper_views.invoice, name="order-invoice"),
    path("orders/<str:number>/invoice/file/", paper_views.invoice_file, name="order-invoice-file"),
    path(
        "orders/<str:number>/invoice/withdraw/",
        paper_views.withdraw,
        name="order-invoice-withdraw",
    ),
    path(
        "orders/<str:number>/documents/<str:document>/",
        paper_views.document,
        name="order-document",
    ),
    path("buying-without-tax/", paper_views.exemption, name="tax-exemption"),
    path("orders/<str:number>/again/", order_views.again, name="order-again"),
    path("orders/<str:number>/after-sale/", case_views.ask, name="order-after-sale"),
    path("after-sales/", case_views.cases, name="cases"),
    path("after-sales/<str:number>/", case_views.case, name="case"),
    path("orders/<str:number>/pay/", cashier_views.cashier, name="cashier"),
    path("orders/<str:number>/pay/check/", cashier_views.check, name="cashier-check"),
    path("orders/<str:number>/pay/proof/", cashier_views.proof, name="cashier-proof"),
    path("orders/<str:number>/pay/let-go/", cashier_views.let_go, name="cashier-let-go"),
    path("reviews/helpful/", review_views.helpful, name="review-helpful"),
    path("reviews/of/<str:token>/", review_views.of_guest, name="review-guest"),
    path("reviews/of/<str:token>/<str:line>/", review_views.of_guest, name="review-of-guest"),
    path("reviews/<str:line>/", review_views.review, name="review"),
    path("forms/<slug:code>/", asked_views.form, name="form"),
    path("messages/unsubscribe/<str:token>/", notice_views.decline, name="unsubscribe"),
    path("legal/<slug:kind>/", legal, name="legal"),
    path("islands/", views.islands),
    path("framed/<str:name>/<str:block_id>/", framed.framed),
    path("visits/", visit_views.note, name="visits"),
    path("visits/blocks/", figure_views.note, name="block-visits"),
    path("design/", include("themes.editor.urls_store")),
    path("sheets/<str:name>.css", views.sheet),
    path("theme.css", views.theme_css),
    path("mark.svg", views.mark),
    path("favicon.ico", views.mark),
    path("icons/<int:size>.png", views.icon),
    path("manifest.webmanifest", views.manifest_json),
    path("sw.js", views.service_worker),
    path("offline/", views.offline),
    path("robots.txt", seo.robots),
    path("sitemap.xml", seo.sitemap),
    path("language/<str:code>/", views.choose_language, name="language"),
    path("currency/<str:code>/", views.choose_currency, name="currency"),
]
