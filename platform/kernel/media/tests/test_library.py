"""The library: kept once, used, replaced, thrown away."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from PIL import Image
from pytest_django import Settings

from kernel.catalogue.models import Category, Picture
from kernel.catalogue.services import (
    add_library_picture,
    add_picture,
    change_category,
    delete_category,
    keep_group_picture,
    remove_picture,
    save_brand,
)
from kernel.common.outbox.delivery import deliver_pending
from kernel.common.time import utc_now
from kernel.media.choices import Corner, Fit, Form
from kernel.media.errors import (
    AssetInUse,
    FolderInUse,
    InvalidAsset,
    InvalidMedia,
    NotInTrash,
    SameContent,
    StorageFull,
    UnknownAsset,
)
from kernel.media.links import Frame
from kernel.media.models import Asset, LeftFile, Room, Watermark
from kernel.media.selectors import folders, link, searched, uses_of
from kernel.media.services import (
    change_asset,
    cut_of,
    delete_folder,
    empty_trash,
    make_folder,
    mark_assets,
    move_assets,
    move_folder,
    purge_assets,
    replace_asset,
    restore_assets,
    room_taken,
    set_watermark,
    sweep,
    trash_assets,
)
from kernel.media.services.files import names_of
from kernel.media.services.marking import WatermarkFields
from kernel.media.tests.samples import ACTOR, PDF, SVG, add, add_ready, halves, photo
from testkit.factories.catalogue import make_category, make_product
from testkit.factories.reviews import make_review

pytestmark = pytest.mark.usefixtures("in_tenant_a")


def throw(asset: Asset) -> None:
    trash_assets([asset.pk], actor=ACTOR, now=utc_now())


def pixel(name: str) -> tuple[int, int, int]:
    with default_storage.open(name) as file, Image.open(BytesIO(file.read())) as image:
        found = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
    assert isinstance(found, tuple)
    return found[0], found[1], found[2]


def test_the_same_content_is_kept_once_whatever_it_is_called() -> None:
    first, second = add(PDF, "list.pdf"), add(PDF, "copy.pdf")

    assert (first.is_new, second.is_new) == (True, False)
    assert first.asset.pk == second.asset.pk
    assert room_taken() == len(PDF)


def test_a_picture_is_shown_only_when_it_was_drawn_anew() -> None:
    asset = add(photo(), "IMG_1.PNG").asset
    hidden = asset.file

    before = link(asset)
    deliver_pending(clock=utc_now, limit=20)

    asset.refresh_from_db()
    assert (before, asset.name, asset.width, asset.height) == ("", "IMG_1.jpg", 20, 40)
    with default_storage.open(asset.file) as file:
        assert b"Exif" not in file.read()
    assert hidden not in names_of(asset)
    assert room_taken() == asset.bytes


def test_deleting_a_used_image_names_its_uses() -> None:
    product, category = make_product(title="Shirt"), make_category("Summer")
    asset = add_ready(halves())
    picture = add_library_picture(product.id, asset.pk, actor=ACTOR)
    change_category(category.pk, {"picture": asset.public_id}, actor=ACTOR)
    save_brand(name="Linden", logo=asset.public_id, actor=ACTOR)

    with pytest.raises(AssetInUse) as refusal:
        throw(asset)
    named = [(each["kind"], each["title"]) for each in refusal.value.fields["uses"]]  # type: ignore[attr-defined]
    remove_picture(picture.id, actor=ACTOR)
    delete_category(category.pk, actor=ACTOR)
    save_brand(name="Linden", logo="", actor=ACTOR)
    throw(asset)

    assert named == [
        ("catalogue.picture", "Shirt"),
        ("catalogue.category", "Summer"),
        ("catalogue.brand", "Linden"),
    ]
    assert list(searched(is_trashed=True)) == [asset]


def test_what_buyers_sent_is_used_by_their_reviews_and_seen_by_nobody_else() -> None:
    review = make_review(pictures=[photo()])
    deliver_pending(clock=utc_now, limit=20)

    asset = Asset.objects.get()
    assert (asset.origin, asset.state) == ("sent", "ready")
    assert [each.title for each in uses_of([asset.pk])[asset.pk]] == [review.line.order.number]
    assert not searched().exists()
    with pytest.raises(UnknownAsset):
        throw(asset)


def test_everything_that_shows_a_file_shows_its_new_content() -> None:
    product = make_product()
    category = make_category(picture=keep_group_picture(halves()))
    asset = Asset.objects.get()
    picture = add_library_picture(product.id, asset.pk, actor=ACTOR)
    old = names_of(asset)
    other = add_ready(photo(colour="lime"))

    content = photo(60, 60, colour="white")
    changed = replace_asset(
        asset.pk, BytesIO(content), name="new.jpg", size=len(content), actor=ACTOR
    )

    shown = Picture.objects.get(pk=picture.pk)
    assert (shown.file, shown.renditions) == (changed.file, changed.renditions)
    assert min(pixel(Category.objects.get(pk=category.pk).picture)) > 240
    assert all(default_storage.exists(name) for name in old)
    sweep(now=utc_now() + timedelta(hours=4))
    assert not any(default_storage.exists(name) for name in old)
    assert not LeftFile.objects.exists()
    same = photo(colour="lime")
    with pytest.raises(SameContent):
        replace_asset(asset.pk, BytesIO(same), name="x", size=len(same), actor=ACTOR)
    with pytest.raises(InvalidAsset):
        replace_asset(asset.pk, BytesIO(PDF), name="x", size=len(PDF), actor=ACTOR)
    assert Room.objects.get().bytes == changed.bytes + other.bytes


def test_a_watermark_is_drawn_into_pictures_and_taken_off_again() -> None:
    product = make_product()
    stamp, asset = add_ready(photo(colour="lime", form="PNG")), add_ready(halves())
    picture = add_library_picture(product.id, asset.pk, actor=ACTOR)
    told: WatermarkFields = {
        "asset_id": stamp.pk,
        "corner": Corner.BOTTOM_RIGHT,
        "share": 20,
        "opacity": 100,
        "is_automatic": True,
    }

    set_watermark(told, actor=ACTOR)
    number = mark_assets([asset.pk, stamp.pk], is_marked=True, actor=ACTOR)
    deliver_pending(clock=utc_now, limit=50)
    marked = Asset.objects.get(pk=asset.pk)
    shown = Picture.objects.get(pk=picture.pk)
    added = add_ready(halves(600, 300))

    assert number == 1
    assert (shown.file, shown.renditions) == (marked.file, marked.renditions)
    # Lime in its corner alone, and nothing of it in what is kept aside.
    assert corners(marked.file) == ["red", "red", "blue", "lime"]
    assert corners(marked.master) == ["red", "red", "blue", "blue"]
    assert corners(added.file) == ["red", "red", "blue", "lime"]
    with pytest.raises(AssetInUse):
        trash_assets([stamp.pk], actor=ACTOR, now=utc_now())

    mark_assets([asset.pk], is_marked=False, actor=ACTOR)
    deliver_pending(clock=utc_now, limit=50)
    set_watermark({**told, "asset_id": None, "is_automatic": False}, actor=ACTOR)

    plain = Asset.objects.get(pk=asset.pk)
    assert corners(plain.file) == ["red", "red", "blue", "blue"]
    assert plain.master == ""
    assert Picture.objects.get(pk=picture.pk).file == plain.file
    assert mark_assets([asset.pk], is_marked=False, actor=ACTOR) == 0
    with pytest.raises(InvalidMedia):
        mark_assets([asset.pk], is_marked=True, actor=ACTOR)
    assert room_taken() == sum(Asset.objects.values_list("bytes", flat=True))


def corners(name: str) -> list[str]:
    """Name the colours near the corners: above, below left, above, below right."""
    with default_storage.open(name) as file, Image.open(file) as image:
        seen = image.convert("RGB")
    places = [(x, y) for x in (0.1, 0.9) for y in (0.1, 0.9)]
    points = [seen.getpixel((int(seen.width * x), int(seen.height * y))) for x, y in places]
    names = {(255, 0, 0): "red", (0, 0, 255): "blue", (0, 255, 0): "lime"}
    return [names.get(point, str(point)) for point in points]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "bad", [{"share": 4}, {"opacity": 101}, {"corner": "nowhere"}, {"asset_id": None}]
)
def test_a_watermark_that_cannot_be_drawn_is_refused(bad: dict[str, object]) -> None:
    good = {"asset_id": add_ready(halves()).pk, "corner": "centre", "share": 20, "opacity": 50}

    with pytest.raises(InvalidMedia):
        set_watermark({**good, "is_automatic": True, **bad}, actor=ACTOR)  # type: ignore[typeddict-item]

    assert not Watermark.objects.exists()


def test_a_folder_is_moved_with_all_that_it_holds_but_not_into_itself() -> None:
    spring = make_folder("Spring", actor=ACTOR)
    shoes = make_folder("Shoes", parent_id=spring.pk, actor=ACTOR)
    boots = make_folder("Boots", parent_id=shoes.pk, actor=ACTOR)
    old = make_folder("Old", actor=ACTOR)

    move_folder(spring.pk, old.pk, actor=ACTOR)
    move_folder(boots.pk, None, actor=ACTOR)

    assert [each.path for each in folders()] == [
        "Boots",
        "Old",
        "Old / Spring",
        "Old / Spring / Shoes",
    ]
    assert {each.row.name: each.row.depth for each in folders()} == {
        "Boots": 1,
        "Old": 1,
        "Spring": 2,
        "Shoes": 3,
    }
    with pytest.raises(InvalidMedia):
        move_folder(old.pk, shoes.pk, actor=ACTOR)
    make_folder("Boots", parent_id=shoes.pk, actor=ACTOR)
    with pytest.raises(InvalidMedia):
        move_folder(boots.pk, shoes.pk, actor=ACTOR)
    chain = make_folder("1", actor=ACTOR)
    for number in range(2, 5):
        chain = make_folder(str(number), parent_id=chain.pk, actor=ACTOR)
    with pytest.raises(InvalidMedia):
        move_folder(old.pk, chain.pk, actor=ACTOR)


def test_the_trash_gives_back_for_a_month_and_then_no_more(
    django_capture_on_commit_callbacks: object,
) -> None:
    asset, kept, product = add_ready(photo()), add_ready(halves()), make_product()
    throw(asset)
    with pytest.raises(NotInTrash):
        purge_assets([kept.pk], actor=ACTOR)

    restore_assets([asset.pk], actor=ACTOR)
    throw(asset)
    again = add(photo()).asset
    throw(asset)
    add_library_picture(product.id, asset.pk, actor=ACTOR)
    came_back = Asset.objects.get(pk=asset.pk).trashed_at
    Picture.objects.all().delete()
    throw(asset)
    sweep(now=utc_now() + timedelta(days=29))
    waits = default_storage.exists(asset.file)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        sweep(now=utc_now() + timedelta(days=31))

    assert (again.pk, again.trashed_at, came_back, waits) == (asset.pk, None, None, True)
    assert not any(default_storage.exists(name) for name in names_of(asset))
    assert list(Asset.objects.all()) == [kept]
    assert room_taken() == kept.bytes
    throw(kept)
    assert (empty_trash(actor=ACTOR), empty_trash(actor=ACTOR), room_taken()) == (1, 0, 0)


def test_a_full_shop_takes_no_more_files_but_what_buyers_send(settings: Settings) -> None:
    settings.STOA_MEDIA_BYTES = len(PDF) + 10
    add(PDF, "list.pdf")

    with pytest.raises(StorageFull):
        add(b"one more line of text", "notes.txt")
    with pytest.raises(StorageFull):
        add_picture(make_product().id, photo(), actor=ACTOR)
    make_review(pictures=[photo()])

    assert Asset.objects.filter(origin="library").count() == 1
    assert not Picture.objects.exists()
    assert room_taken() > settings.STOA_MEDIA_BYTES


def test_a_frame_is_filled_around_what_matters_and_cut_once() -> None:
    asset = add_ready(halves(1000, 500))

    def cut() -> str:
        return cut_of(asset.pk, Frame(320, 320))

    change_asset(asset.pk, {"focus": [0.1, 0.5]}, actor=ACTOR)
    left, same = cut(), cut()
    change_asset(asset.pk, {"focus": [0.9, 0.5]}, actor=ACTOR)
    right, whole = cut(), cut_of(asset.pk, Frame(320, 480, Fit.WHOLE, Form.AVIF))

    assert left == same
    assert (pixel(left)[0] > 200, pixel(right)[2] > 200) == (True, True)
    with default_storage.open(whole) as file, Image.open(BytesIO(file.read())) as image:
        assert (image.format, image.size) == ("AVIF", (320, 160))
    with pytest.raises(UnknownAsset):
        cut_of(asset.pk, Frame(321, 320))


def test_folders_and_words_find_files_again() -> None:
    tea, logo = add(PDF, "spring tea.pdf").asset, add(SVG, "logo.svg").asset
    goods = make_folder("商品", actor=ACTOR)
    spring = make_folder("春", parent_id=goods.pk, actor=ACTOR)
    move_assets([tea.pk], spring.pk, actor=ACTOR)
    change_asset(tea.pk, {"name": "Tea.exe", "alts": {"zh-hans": "茶"}}, actor=ACTOR)
    change_asset(logo.pk, {"alt": "A linden leaf"}, actor=ACTOR)

    with pytest.raises(InvalidMedia):
        make_folder("春", parent_id=goods.pk, actor=ACTOR)
    for held in (goods, spring):
        with pytest.raises(FolderInUse):
            delete_folder(held.pk, actor=ACTOR)
    throw(tea)
    delete_folder(spring.pk, actor=ACTOR)
    delete_folder(goods.pk, actor=ACTOR)

    assert [each.name for each in searched(is_trashed=True)] == ["Tea.pdf"]
    assert list(searched(text="leaf LINDEN")) == [logo]
    assert list(searched(kind="image", is_unused=True)) == [logo]
    assert not searched(text="tea")
