"""Lists of marketing as files: promotions, coupons and codes, reviews, searches, segments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.backoffice.levels.segments import rule_text as segment_rule
from kernel.backoffice.levels.views import benefit_texts, rule_text
from kernel.backoffice.promotions.forms import StandingFilter
from kernel.backoffice.promotions.taking import narrowed
from kernel.backoffice.reviews.views import ReviewFilter
from kernel.backoffice.searching.forms import TermFilter
from kernel.backoffice.templatetags.console import moment, money
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.money import Money
from kernel.common.time import local_date, utc_now
from kernel.dataio.exporting import ExportKind
from kernel.levels.models import Level, Segment
from kernel.levels.selectors import counts_by_level
from kernel.levels.services import tags_in_use
from kernel.members.selectors import visible_members
from kernel.promotions.models import Coupon, CouponCode, CouponTemplate, Promotion
from kernel.promotions.offers import coupon_offer, offer_of
from kernel.promotions.selectors import used_by_promotion
from kernel.reviews.models import Review
from kernel.reviews.selectors import searched
from kernel.search.selectors import terms_since
from kernel.tenancy.context import current_tenant

_BATCH: Final = 500
_TERM_DAYS: Final = 30
_WHERE: Final = "kernel.backoffice.exports.lists.marketing"
KINDS: Final = (
    ExportKind(
        "promotions",
        gettext_lazy("Promotions"),
        "promotions.view",
        ("name", "rule", "is_active", "from", "until", "uses", "given_away", "currency"),
        f"{_WHERE}.promotion_rows",
        "/promotions/",
    ),
    ExportKind(
        "coupons",
        gettext_lazy("Coupons"),
        "promotions.view",
        (
            *("name", "kind", "rule", "is_active", "takes_from", "takes_until", "taken"),
            *("total", "code"),
        ),
        f"{_WHERE}.coupon_rows",
        "/coupons/",
    ),
    ExportKind(
        "coupons-held",
        gettext_lazy("Coupons in members' hands"),
        "promotions.view",
        ("coupon", "member", "member_id", "state", "taken_at", "valid_from", "until", "used_at"),
        f"{_WHERE}.held_rows",
        "/coupons/",
    ),
    ExportKind(
        "coupon-codes",
        gettext_lazy("Coupon codes"),
        "promotions.manage",
        ("code", "coupon", "batch", "used_at"),
        f"{_WHERE}.code_rows",
        "/coupons/",
    ),
    ExportKind(
        "reviews",
        gettext_lazy("Reviews"),
        "reviews.view",
        (
            *("at", "order", "goods", "sku", "variant", "member", "stars", "delivery", "service"),
            *("text", "added", "reply", "state", "helpful", "is_default"),
        ),
        f"{_WHERE}.review_rows",
        "/reviews/",
    ),
    ExportKind(
        "searches",
        gettext_lazy("Searches"),
        "search.view",
        ("text", "times", "misses", "latest"),
        f"{_WHERE}.search_rows",
        "/searching/",
    ),
    ExportKind(
        "levels",
        gettext_lazy("Levels"),
        "levels.view",
        ("rank", "code", "name", "rule", "benefits", "members"),
        f"{_WHERE}.level_rows",
        "/levels/",
    ),
    ExportKind(
        "segments",
        gettext_lazy("Segments"),
        "levels.view",
        ("name", "code", "rule", "members", "tag"),
        f"{_WHERE}.segment_rows",
        "/segments/",
    ),
    ExportKind(
        "tags",
        gettext_lazy("Tags"),
        "levels.view",
        ("name", "members", "by_rule"),
        f"{_WHERE}.tag_rows",
        "/tags/",
    ),
)


def promotion_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each promotion that a filter leaves."""
    rows = Promotion.objects.filter(managed_by="").order_by("-created_at", "-id")
    return _promotions(narrowed(rows, StandingFilter(query).wanted()))


def _promotions(rows: QuerySet[Promotion]) -> Iterator[list[object]]:
    yield [
        *(_("Name"), _("Rule"), _("Switched on"), _("From"), _("Until"), _("Uses")),
        *(_("Given away"), _("Currency")),
    ]
    found = list(rows)
    used = used_by_promotion([row.pk for row in found])
    for row in found:
        uses, gone = used.get(row.pk, (0, 0))
        offer = offer_of(row)
        rule = offer.rule(_amounts(row.currency)) if offer is not None else ""
        dates = (moment(row.starts_at), moment(row.ends_at))
        given = Money(gone, row.currency).decimal()
        yield [row.name, rule, _yes(row.is_active), *dates, uses, given, row.currency]


def coupon_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each kind of coupon that a filter leaves."""
    rows = CouponTemplate.objects.order_by("-created_at", "-id")
    return _coupons(narrowed(rows, StandingFilter(query).wanted()))


def _coupons(rows: QuerySet[CouponTemplate]) -> Iterator[list[object]]:
    yield [
        *(_("Name"), _("Kind"), _("Rule"), _("Switched on"), _("Can be had from")),
        *(_("Can be had until"), _("Taken"), _("How many there are"), _("Code")),
    ]
    for row in rows:
        rule = coupon_offer(row, row.pk).rule(_amounts(row.currency))
        dates = (moment(row.takes_from), moment(row.takes_until))
        kind = row.get_kind_display()
        taken = (row.taken_count, "" if row.total is None else row.total, row.code or "")
        yield [row.name, kind, rule, _yes(row.is_active), *dates, *taken]


def held_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each coupon that a member has or had; of one kind, or of all."""
    rows = Coupon.objects.filter(member__in=visible_members("promotions.view"))
    rows = _of(rows, query, "coupon", "cpt", "template")
    return _held(rows.select_related("member", "template").order_by("-taken_at", "-id"))


def _held(rows: QuerySet[Coupon]) -> Iterator[list[object]]:
    yield [
        *(_("Coupon"), _("Member"), _("Number of the member"), _("State"), _("Taken at")),
        *(_("Valid from"), _("Valid until"), _("Used on")),
    ]
    for row in rows.iterator(chunk_size=_BATCH):
        valid = (moment(row.valid_from), moment(row.valid_until), moment(row.used_at))
        who = (row.member.name, row.member.public_id)
        yield [row.template.name, *who, row.get_state_display(), moment(row.taken_at), *valid]


def code_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each code of one batch, or of all."""
    rows = _of(CouponCode.objects.all(), query, "batch", "cpb", "batch")
    return _codes(rows.select_related("batch__template").order_by("pk"))


def _codes(rows: QuerySet[CouponCode]) -> Iterator[list[object]]:
    yield [_("Coupon code"), _("Coupon"), _("Batch"), _("Used on")]
    for row in rows.iterator(chunk_size=5_000):
        yield [row.code, row.batch.template.name, row.batch.name, moment(row.redeemed_at)]


def review_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each review that a filter leaves."""
    return _reviews(searched(**ReviewFilter(query).wanted()))


def _reviews(rows: QuerySet[Review]) -> Iterator[list[object]]:
    yield [
        *(_("Written at"), _("Order"), _("Goods"), _("SKU"), _("Variant"), _("Member")),
        *(_("Stars"), _("Delivery"), _("Service"), _("Text"), _("Added later")),
        *(_("Your answer"), _("State"), _("Found helpful"), _("Good by default")),
    ]
    for row in rows.iterator(chunk_size=_BATCH):
        told = row.line.snapshot
        bought = (row.line.order.number, told.get("title", ""), told.get("sku", ""), row.options)
        who = row.member.name if row.member is not None else ""
        stars = (row.goods, row.delivery, row.service)
        words = (row.text, row.addition, row.reply)
        rest = (row.get_state_display(), row.helpful, _yes(row.is_default))
        yield [moment(row.created_at), *bought, who, *stars, *words, *rest]


def search_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each word that was searched for lately, or that found nothing."""
    since = local_date(utc_now(), current_tenant().zone) - timedelta(days=_TERM_DAYS - 1)
    only_misses = bool(TermFilter(query).wanted().get("misses"))
    return _searches(terms_since(since, only_misses=only_misses))


def _searches(rows: QuerySet[Any, Any]) -> Iterator[list[object]]:
    yield [_("Searched for"), _("How often"), _("Nothing found"), _("Last on")]
    for row in rows.iterator(chunk_size=_BATCH):
        yield [row["text"], row["total"], row["missed"], row["latest"].isoformat()]


def level_rows(_query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each level, the lowest first."""
    return _levels(Level.objects.order_by("rank"))


def _levels(rows: QuerySet[Level]) -> Iterator[list[object]]:
    yield [_("Rank"), _("Code"), _("Name"), _("Reached by"), _("Brings"), _("Members")]
    counts = counts_by_level()
    for row in rows:
        brings = " · ".join(benefit_texts(row))
        yield [row.rank, row.code, row.name, rule_text(row), brings, counts.get(row.pk, 0)]


def segment_rows(_query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each segment."""
    return _segments(Segment.objects.order_by("name", "id"))


def _segments(rows: QuerySet[Segment]) -> Iterator[list[object]]:
    yield [_("Name"), _("Code"), _("Who belongs"), _("Members"), _("Tag")]
    for row in rows:
        yield [row.name, row.code, segment_rule(row), row.size, row.tag]


def tag_rows(_query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each tag."""
    return _tags()


def _tags() -> Iterator[list[object]]:
    yield [_("Tag"), _("Members"), _("Given by a rule")]
    for each in tags_in_use():
        yield [each.name, each.members, each.by_rule]


def _of(rows: QuerySet[Any], query: QueryDict, word: str, prefix: str, field: str) -> QuerySet[Any]:
    """Return the rows of the one that a query names; all when it names none."""
    text = query.get(word, "")
    if not text:
        return rows
    try:
        return rows.filter(**{field: parse_public_id(prefix, text)})
    except InvalidId:
        return rows.none()


def _amounts(currency: str) -> Any:
    return lambda minor: money(minor, currency)


def _yes(is_so: bool) -> str:
    return _("Yes") if is_so else _("No")
