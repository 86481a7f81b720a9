"""Messages as members meet them, without any script."""

from __future__ import annotations

from kernel.common.outbox.delivery import deliver_pending
from kernel.common.time import utc_now
from kernel.members.models import Member
from kernel.notifications.addresses import unsubscribe_path
from kernel.notifications.choices import Topic
from kernel.notifications.models import MemberChoice
from testkit.factories.orders import make_variant, pay, place
from testkit.web import TenantClient
from themes.tests.samples import Shelf
from themes.tests.test_buying import text_of


def told(member: Member) -> None:
    pay(place((make_variant().pk, 1), member_id=member.pk))
    while deliver_pending(clock=utc_now, limit=50):
        pass


def test_a_member_finds_reads_and_chooses_his_messages(browser: TenantClient, shelf: Shelf) -> None:
    stranger = browser.get("/account/messages/")
    member = browser.as_member()
    told(member)

    centre = text_of(browser.get("/account/"))
    shown = browser.get("/account/messages/").content.decode()
    message = shown.split('name="message" value="')[1].split('"')[0]
    opened = browser.post("/account/messages/read/", {"message": message})
    foreign = browser.post("/account/messages/read/", {"message": "msg_0"})
    browser.post("/account/messages/read/")
    after = text_of(browser.get("/account/"))
    kept = browser.post(
        "/account/messages/choices/", {"language": "en", "wanted": ["orders:email"]}
    )

    assert stranger.status_code == 302
    assert "New messages <b>3</b>" in centre
    assert "New messages" not in after
    assert opened.status_code == 302
    assert opened["Location"].startswith(("/orders/", "/account/"))
    assert foreign.status_code == 404
    assert "Your choices are kept." in text_of(kept)
    choice = MemberChoice.objects.get()
    assert (choice.language, "orders:email" in choice.unwanted) == ("en", False)
    assert "offers:email" in choice.unwanted


def test_a_letter_s_link_asks_first_and_mail_programs_post_themselves(
    browser: TenantClient, shelf: Shelf
) -> None:
    member = browser.as_member()
    browser.defaults.pop("HTTP_AUTHORIZATION")
    path = unsubscribe_path(member.pk, Topic.OFFERS)

    asked = text_of(browser.get(path))
    assert not MemberChoice.objects.exists()
    done = browser.post(path, {"List-Unsubscribe": "One-Click"})
    forged = browser.get(f"{path[:-3]}aa/")

    assert "Do you want no more letters" in asked
    assert "You get no more letters" in text_of(done)
    assert forged.status_code == 404
    assert MemberChoice.objects.get().unwanted == ["offers:email"]
