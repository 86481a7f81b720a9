"""The media library in the console, and the picker in its forms."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from kernel.catalogue.models import Brand, Category, Picture, Product
from kernel.catalogue.services import change_product
from kernel.media.models import Asset, Folder
from kernel.media.services import make_folder
from kernel.media.tests.samples import ACTOR, PDF, SVG, add_ready, photo
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.catalogue import make_category, make_product
from testkit.web import TenantClient

STAFF = ("media.view", "media.manage", "products.view", "products.manage")


def test_files_are_added_put_in_order_and_thrown_away(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff(*STAFF)
    desk.post("/library/folders/", {"name": "Prices"})
    with tenant_context(tenant):
        folder = Folder.objects.get().public_id
    files = [
        SimpleUploadedFile("list.pdf", PDF),
        SimpleUploadedFile("evil.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"),
    ]

    added = desk.post("/library/add/", {"file": files, "folder": folder}, follow=True)
    with tenant_context(tenant):
        asset = Asset.objects.get().public_id
    path = f"/library/{asset}/"
    told = {"name": "Spring prices", "folder": ""}
    saved = desk.post(path, told, follow=True).content.decode()
    chosen = {"asset": [asset], "next": "/library/?show=trash"}
    desk.post("/library/act/", {**chosen, "act": "move", "to": folder})
    found = desk.get("/library/", {"folder": folder, "text": "spring", "is_unused": "1"})
    trashed = desk.post("/library/act/", {**chosen, "act": "trash"}, follow=True).content.decode()
    purged = desk.post("/library/act/", {**chosen, "act": "purge"}, follow=True).content.decode()

    text = added.content.decode()
    assert "1 file was added." in text
    assert "evil.svg: The drawing holds “onload”" in text
    assert "Spring prices.pdf" in saved
    assert "Spring prices.pdf" in found.content.decode()
    assert "Spring prices.pdf" in trashed
    assert "The trash is empty." in purged
    with tenant_context(tenant):
        assert not Asset.objects.exists()


def test_a_watermark_is_chosen_looked_at_and_asked_for(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff(*STAFF)
    with tenant_context(tenant):
        stamp, asset = add_ready(photo(colour="lime", form="PNG")), add_ready(photo(90, 90))
        inside = make_folder("Old", actor=ACTOR)
        folder = make_folder("Spring", actor=ACTOR)
    figures = {"corner": "centre", "share": "30", "opacity": "50"}

    empty = desk.get("/library/watermark/").content.decode()
    refused = desk.post("/library/watermark/", {**figures, "is_automatic": "on"})
    saved = desk.post("/library/watermark/", {**figures, "asset": stamp.public_id}, follow=True)
    sample = desk.get("/library/watermark/sample/")
    chosen = {"asset": [asset.public_id], "act": "mark"}
    asked = desk.post("/library/act/", chosen, follow=True).content.decode()
    moved = desk.post(
        f"/library/folders/{folder.public_id}/",
        {"name": "Spring", "parent": inside.public_id},
        follow=True,
    )

    assert "here you see how it looks" in empty
    assert (refused.status_code, "Choose a picture of the library." in html(refused)) == (422, True)
    assert "/library/watermark/sample/" in html(saved)
    assert sample.headers["Content-Type"] == "image/webp"
    assert "The watermark is being drawn" in asked
    assert "Old / Spring" in html(moved)
    with tenant_context(tenant):
        assert Asset.objects.get(pk=asset.pk).is_marked


def html(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def test_forms_choose_from_the_library_and_what_they_show_stays(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff(*STAFF)
    with tenant_context(tenant):
        category, product = make_category("Tea"), make_product(title="Gunpowder")
    logo = SimpleUploadedFile("logo.svg", SVG)
    look = SimpleUploadedFile("look.jpg", photo())

    drawn = desk.post("/library/choose/add/", {"file": logo}).json()
    taken = desk.post("/library/choose/add/", {"file": look}).json()
    bad = desk.post("/library/choose/add/", {"file": SimpleUploadedFile("a.pdf", PDF)})
    offered = desk.get("/library/choose/").content.decode()
    with_drawings = desk.get("/library/choose/?drawings=1").content.decode()
    desk.post("/brands/", {"name": "Linden", "position": "0", "asset": drawn["asset"]})
    desk.post(
        f"/categories/{category.public_id}/",
        {"title": "Tea", "is_shown": "on", "asset": taken["asset"]},
    )
    desk.post(f"/products/{product.public_id}/pictures/", {"asset": taken["asset"]})
    with tenant_context(tenant):
        text = f'<p><img src="{taken["link"]}" alt=""></p>'
        change_product(product.pk, {"description_html": text}, actor=ACTOR)
        described = Product.objects.get().description_html
    shown = desk.get(taken["link"])
    page = desk.get(f"/library/{taken['asset']}/").content.decode()
    refused = desk.post(f"/library/{taken['asset']}/trash/", follow=True).content.decode()

    assert bad.status_code == 422
    assert ("look.jpg" in offered, "logo.svg" in offered) == (True, False)
    assert "logo.svg" in with_drawings
    with tenant_context(tenant):
        assert Brand.objects.get().logo.endswith(".svg")
        assert Category.objects.get().picture.endswith(".webp")
        assert Picture.objects.get().state == "ready"
    assert ">Tea</a>" in page
    assert taken["link"] in described
    assert shown["Location"].partition("?")[0].endswith(".webp")
    assert page.count("Gunpowder") == 2
    assert "The file is in use." in refused
    assert "Picture of a product: Gunpowder" in refused
