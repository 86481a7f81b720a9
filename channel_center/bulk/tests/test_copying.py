"""Pages of one shop, copied into many: live or as drafts, over one's own or not, and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast
from uuid import UUID

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from pytest_django.fixtures import Settings

from channel_center.bulk.choices import ItemState
from channel_center.bulk.errors import NothingChosen, NothingToTakeBack, UnknownBulk
from channel_center.bulk.models import BulkItem, BulkRun
from channel_center.bulk.services.copying import copy_pages, take_back_all
from channel_center.bulk.services.working import work_on
from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.partners.tests.test_console_and_api import Api, signed_in
from channel_center.partners.tests.test_tree import ACTOR, make_partner
from channel_center.snapshots.errors import InvalidTemplate
from channel_center.snapshots.selectors import listed_templates
from channel_center.snapshots.services.copying import Outlook, Wish, copyable_pages, outlook
from channel_center.snapshots.services.templates import usable_templates
from kernel.media.selectors import name_for
from kernel.media.services import keep_picture, render_asset
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.tenancy.errors import UnknownTenant
from tenants.models import Tenant
from testkit.factories.catalogue import picture_bytes
from testkit.sealing import root_key
from testkit.tenants import open_test_tenant, refreshed
from themes.desk import draft_of, live_theme, pages_of, save_draft
from themes.models import Page
from themes.own_pages import make_page
from themes.packs.services import put_on
from themes.releasing import publish, versions_of
from themes.store import published

HOME, SPRING, STORY = "/home/home", "/landing/spring", "/part/our-story"


@pytest.fixture(autouse=True)
def _as_channel_process(committing: None, settings: Settings) -> Iterator[None]:
    settings.STOA_PROCESS = "channel"
    settings.ROOT_URLCONF = "config.urls_channel"
    settings.STOA_PROBLEM_PAGE = "kernel.backoffice.views.problem_page"
    HOSTS.forget()
    with root_key():
        yield
    with public_context():
        cache.clear()


@pytest.fixture
def shops() -> list[TenantRef]:
    """The head office's shop, and two branches."""
    return [open_test_tenant() for _number in range(3)]


@pytest.fixture
def partner(shops: list[TenantRef]) -> Channel:
    channel = make_partner()
    with public_context():
        ids = [each.id for each in shops]
        Tenant.objects.filter(pk__in=ids).update(channel_id=channel.pk)
    return channel


@pytest.fixture
def head(shops: list[TenantRef], partner: Channel) -> TenantRef:
    """A shop with a front page, and a page that shows a picture and a reusable part."""
    with tenant_context(shops[0]):
        write("Head office")
        picture = render_asset(keep_picture(picture_bytes(width=900, height=600), name="a.png").id)
        assert picture is not None
        image = {"asset": name_for(picture, 800)}
        hero = {"id": "b-hero", "type": "media.hero", "settings": {"title": "A", "image": image}}
        part = make_page("part", title="Our story", handle="our-story", actor=ACTOR)
        put_blocks(part, [words("Since 1902")])
        ref = {"id": "b-ref", "type": "core.ref", "settings": {"part": "our-story"}}
        spring = make_page("landing", title="Spring", handle="spring", actor=ACTOR)
        put_blocks(spring, [hero, ref])
    return shops[0]


def words(text: str) -> dict[str, Any]:
    return {"id": "b-own", "type": "text.rich", "settings": {"html": f"<p>{text}</p>"}}


def put_blocks(page: Page, blocks: Sequence[dict[str, Any]], *, is_live: bool = True) -> None:
    draft = draft_of(page)
    doc: dict[str, Any] = {**draft.doc, "blocks": list(blocks)}
    rev = save_draft(page.pk, doc, rev=draft.rev, actor=ACTOR)
    if is_live:
        publish(page.pk, rev=rev, note="", actor=ACTOR)


def home() -> Page:
    return next(row for row in pages_of(live_theme()) if row.template == "home")


def write(text: str, *, is_live: bool = True) -> None:
    put_blocks(home(), [words(text)], is_live=is_live)


def front_of(tenant: TenantRef) -> str:
    """Return what visitors read on a shop's front page, where it is its own."""
    with tenant_context(refreshed(tenant)):
        block = published("home").blocks[0]
        return str(cast("Any", block.settings)["html"]) if block.id == "b-own" else "-"


def done(run: BulkRun) -> dict[UUID, tuple[str, str]]:
    """Do the work; return by shop what became of it, with the English remark."""
    while work_on(run.pk, seconds=60):
        pass
    with public_context():
        rows = BulkItem.objects.filter(run=run)
        return {row.tenant_id: (row.state, row.why.get("en", "")) for row in rows}


def copied(partner: Channel, head: TenantRef, others: Sequence[TenantRef], wish: Wish) -> BulkRun:
    ids = [each.id for each in others]
    run = copy_pages(head.id, ids, wish, channel_id=partner.pk, actor=ACTOR)
    assert set(done(run).values()) == {(ItemState.DONE, "")}
    return run


def numbers(partner: Channel, head: TenantRef, tenant: TenantRef, wish: Wish) -> Outlook:
    with public_context():
        row = Tenant.objects.get(pk=tenant.id)
    return outlook(head.id, [row], wish, channel_id=partner.pk)[0]


def test_branches_get_the_head_offices_pages_and_keep_what_is_their_own(
    shops: list[TenantRef], partner: Channel, head: TenantRef
) -> None:
    _head, plain, own = shops
    with tenant_context(own):
        write("Branch")
    wish = Wish(keys=[HOME, SPRING], title="Spring")
    found = copyable_pages(head.id, channel_id=partner.pk)
    assert [each.key for each in found] == [HOME, SPRING, STORY]
    before = [numbers(partner, head, each, wish) for each in (plain, own)]
    assert [(each.comes, each.own, each.same) for each in before] == [(3, 0, 0), (2, 1, 0)]

    copied(partner, head, [plain, own, head], wish)

    assert [front_of(each) for each in shops] == [
        "<p>Head office</p>",
        "<p>Head office</p>",
        "<p>Branch</p>",
    ]
    for each in (plain, own):
        with tenant_context(refreshed(each)):
            shown = published("landing:spring")
            hero, part = shown.blocks
            asset = cast("Any", hero.settings)["image"]["asset"]
            assert default_storage.exists(asset)
            assert part.slots["content"][0].id == "b-ref-b-own"
    # A second copy knows what the branch has changed since, and what only the head office has.
    with tenant_context(refreshed(head)):
        write("Head office in May")
    again = numbers(partner, head, plain, wish)
    assert (again.comes, again.own, again.same) == (1, 0, 2)
    copied(partner, head, [plain, own], wish)
    assert [front_of(each) for each in (plain, own)] == [
        "<p>Head office in May</p>",
        "<p>Branch</p>",
    ]
    # Nobody is offered to open shops from what was copied.
    with public_context():
        assert not usable_templates(partner.pk).filter(channel_id=partner.pk).exists()
        listed = [each.template for each in listed_templates(partner.pk)]
        assert not [each for each in listed if each.channel_id == partner.pk]


def test_what_was_replaced_everywhere_is_taken_back_everywhere_but_not_over_changes(
    shops: list[TenantRef], partner: Channel, head: TenantRef
) -> None:
    _head, plain, own = shops
    with tenant_context(own):
        write("Branch")
    wish = Wish(keys=[HOME], title="Spring", replaces=True)
    run = copied(partner, head, [plain, own], wish)
    assert {front_of(each) for each in shops} == {"<p>Head office</p>"}
    with tenant_context(refreshed(own)):
        kept = [each.version.doc["blocks"][0]["id"] for each in versions_of(home())]
        assert len(kept) == 2
    with tenant_context(refreshed(plain)):
        write("Changed since")

    back = take_back_all(run.pk, channel_id=partner.pk, actor=ACTOR)

    assert done(back) == {
        plain.id: (ItemState.DONE, "1 stays: it was changed since."),
        own.id: (ItemState.DONE, ""),
    }
    assert [front_of(each) for each in (plain, own)] == [
        "<p>Changed since</p>",
        "<p>Branch</p>",
    ]
    twice = done(take_back_all(run.pk, channel_id=partner.pk, actor=ACTOR))
    assert {state for state, _why in twice.values()} == {ItemState.REFUSED}


def test_drafts_are_seen_by_nobody_before_the_shop_publishes_them(
    shops: list[TenantRef], partner: Channel, head: TenantRef
) -> None:
    _head, plain, own = shops
    with tenant_context(own):
        write("Branch")
        write("Not ready yet", is_live=False)
    wish = Wish(keys=[HOME, SPRING], title="Spring", as_drafts=True)
    assert numbers(partner, head, own, wish).own == 1

    run = copied(partner, head, [plain, own], wish)

    assert [front_of(each) for each in (plain, own)] == ["-", "<p>Branch</p>"]
    with tenant_context(refreshed(plain)):
        draft = draft_of(home())
        assert cast("Any", draft.doc["blocks"])[0]["settings"] == words("Head office")["settings"]
        publish(home().pk, rev=draft.rev, note="", actor=ACTOR)
        assert Page.objects.filter(template="landing", handle="spring").exists()
    with tenant_context(refreshed(own)):
        own_draft = cast("Any", draft_of(home()).doc["blocks"])[0]["settings"]
        assert own_draft == words("Not ready yet")["settings"]
    assert numbers(partner, head, plain, wish).same == 3

    # What was published stays; what nobody published is gone, with the page that it made.
    back = done(take_back_all(run.pk, channel_id=partner.pk, actor=ACTOR))
    assert back[plain.id] == (ItemState.DONE, "1 stays: it was changed since.")
    assert front_of(plain) == "<p>Head office</p>"
    with tenant_context(refreshed(plain)):
        assert not Page.objects.filter(template="landing").exists()


def test_the_theme_goes_along_where_it_is_wanted_and_else_what_does_not_fit_is_told(
    shops: list[TenantRef], partner: Channel, head: TenantRef
) -> None:
    _head, plain, _own = shops
    with tenant_context(head):
        put_on("fashion", actor=ACTOR)
    head = refreshed(head)
    with tenant_context(head):
        write("Fashion")
    wish = Wish(keys=["fashion/home/home"], title="Spring")
    assert numbers(partner, head, plain, wish).wears_another

    run = copy_pages(head.id, [plain.id], wish, channel_id=partner.pk, actor=ACTOR)

    state, why = done(run)[plain.id]
    assert state == ItemState.REFUSED
    assert why.startswith("1 thing could not be brought.")
    assert "The page belongs to another theme." in why
    copied(partner, head, [plain], Wish(keys=wish.keys, title="Spring", with_look=True))
    assert refreshed(plain).offers.theme.startswith("fashion:")
    assert front_of(plain) == "<p>Fashion</p>"


def test_what_cannot_be_copied_is_refused_and_others_shops_are_not_named(
    shops: list[TenantRef], partner: Channel, head: TenantRef
) -> None:
    _head, plain, own = shops
    other = make_partner()
    with public_context():
        Tenant.objects.filter(pk=own.id).update(channel_id=other.pk)
    wish = Wish(keys=[HOME], title="Spring")
    for channel, source, targets in (
        (partner, head, [own]),
        (partner, own, [plain]),
        (other, head, [own]),
    ):
        ids = [each.id for each in targets]
        with pytest.raises(UnknownTenant):
            copy_pages(source.id, ids, wish, channel_id=channel.pk, actor=ACTOR)
    with pytest.raises(NothingChosen):
        copy_pages(head.id, [head.id], wish, channel_id=partner.pk, actor=ACTOR)
    for keys, title in (
        ([], "Spring"),
        (["/home/no"], "Spring"),
        ([HOME], " "),
        ([HOME], "x" * 121),
    ):
        with pytest.raises(InvalidTemplate):
            copy_pages(head.id, [plain.id], Wish(keys, title), channel_id=partner.pk, actor=ACTOR)
    both = Wish([HOME], "Spring", with_look=True, as_drafts=True)
    with pytest.raises(InvalidTemplate):
        copy_pages(head.id, [plain.id], both, channel_id=partner.pk, actor=ACTOR)
    with public_context():
        assert not BulkRun.objects.filter(channel_id=partner.pk).exists()
    run = copied(partner, head, [plain], wish)
    with pytest.raises(UnknownBulk):
        take_back_all(run.pk, channel_id=other.pk, actor=ACTOR)
    back = take_back_all(run.pk, channel_id=partner.pk, actor=ACTOR)
    done(back)
    with pytest.raises(NothingToTakeBack):
        take_back_all(back.pk, channel_id=partner.pk, actor=ACTOR)


def test_a_partner_looks_first_then_copies_and_takes_back_in_his_console(
    shops: list[TenantRef], partner: Channel, head: TenantRef
) -> None:
    _head, plain, own = shops
    desk = signed_in(partner.host, partner)
    path = f"/shops/{head.public_id}/copy/"
    assert path in desk.get(f"/shops/{head.public_id}/").content.decode()
    asked = desk.get(path).content.decode()
    assert "Spring" in asked
    assert plain.name in asked
    told = {"pages": [HOME, SPRING], "way": "live", "own": "leave", "title": "Spring"}
    nothing = desk.post(path, told)
    assert nothing.status_code == 422
    assert "Choose at least one shop." in nothing.content.decode()
    both = {**told, "every": "on", "with_look": "on", "way": "draft"}
    assert "cannot be brought as a draft" in desk.post(path, both).content.decode()

    looked = desk.post(path, {**told, "shops": [plain.public_id]}).content.decode()
    assert "What would change" in looked
    with public_context():
        assert not BulkRun.objects.filter(channel_id=partner.pk).exists()
    begun = desk.post(path, {**told, "every": "on", "go": "1"})

    page = begun.headers["Location"]
    assert "/back/" not in desk.get(page).content.decode()
    with public_context():
        assert set(done(BulkRun.objects.get(channel_id=partner.pk))) == {plain.id, own.id}
    assert front_of(own) == "<p>Head office</p>"
    assert f"{page}back/" in desk.get(page).content.decode()
    back = desk.post(f"{page}back/").headers["Location"]
    with public_context():
        done(BulkRun.objects.get(channel_id=partner.pk, action="take_back"))
    assert "2 of 2" in desk.get(back).content.decode()
    assert front_of(own) == "-"
    assert desk.get(f"/shops/{open_test_tenant().public_id}/copy/").status_code == 404


def test_a_program_copies_pages_and_takes_them_back(
    shops: list[TenantRef], partner: Channel, head: TenantRef
) -> None:
    _head, plain, _own = shops
    api = Api(partner)
    path = f"tenants/{head.public_id}/copies/"
    items = api.get(path).json()["items"]
    assert [each["key"] for each in items] == [HOME, SPRING, STORY]
    told = {"tenants": [plain.public_id], "pages": [HOME], "title": "Spring", "replaces": True}

    first, second = (api.post(path, told, key="a-1") for _time in range(2))

    assert first.status_code == 202
    assert first.json()["id"] == second.json()["id"]
    assert (first.json()["action"], first.json()["total"]) == ("pages", 1)
    with public_context():
        done(BulkRun.objects.get(channel_id=partner.pk))
    assert front_of(plain) == "<p>Head office</p>"
    back = api.post(f"bulk/{first.json()['id']}/take-back/", {}, key="a-2")
    assert back.status_code == 202
    with public_context():
        done(BulkRun.objects.get(channel_id=partner.pk, action="take_back"))
    assert front_of(plain) == "-"
    wrong = api.post(path, {**told, "pages": ["/home/no"]}, key="a-3")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "templates.invalid")
    direct = {"action": "pages", "tenants": [plain.public_id]}
    assert api.post("bulk/", direct, key="a-4").status_code == 422
