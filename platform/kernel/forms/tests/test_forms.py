"""Forms: what may be asked, what is taken, and what stays of people who go."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from kernel.audit.models import AuditEntry
from kernel.common.outbox.models import OutboxEvent
from kernel.common.time import utc_now
from kernel.forms import people
from kernel.forms.document import Ask
from kernel.forms.errors import (
    FormClosed,
    FormInUse,
    InvalidAnswers,
    InvalidForm,
    MembersOnly,
    SentBefore,
)
from kernel.forms.models import Form, Submission
from kernel.forms.selectors import form_called, forms_counted, submissions_of
from kernel.forms.services import (
    FormTold,
    Sender,
    change_form,
    create_form,
    delete_form,
    move_field,
    put_field,
    remove_field,
    submit,
)
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import TESTER, make_member

GUEST = Sender(key="203.0.113.7", page="/about", language="en")
TOLD = FormTold(code="wholesale", names={"zh-hans": "批发", "en": "Wholesale"})


def ask(kind: str, *, key: str = "", **told: object) -> Ask:
    return Ask(key=key, kind=kind, label={"en": f"The {kind}", "zh-hans": f"字段{kind}"}, **told)  # type: ignore[arg-type]


def made(**changes: object) -> Form:
    """Make a form with a field of each kind, f1 to f9."""
    row = create_form(FormTold(**{"code": TOLD.code, "names": TOLD.names, **changes}), actor=TESTER)  # type: ignore[arg-type]
    listed = [{"en": "Small", "zh-hans": "小"}, {"en": "Large"}]
    for each in (
        ask("text", is_required=True, most=20),
        ask("long"),
        ask("email"),
        ask("phone"),
        ask("number", least=1, most=99),
        ask("date"),
        ask("choice", choices=listed),
        ask("choices", choices=[*listed, {"en": "Huge"}], most=2),
        ask("tick", is_required=True),
    ):
        put_field(row.pk, each, actor=TESTER)
    row.refresh_from_db()
    return row


GOOD = {
    "f1": ["Lin Xiao"],
    "f3": ["lin@example.com"],
    "f4": ["+86 138 0013 8000"],
    "f5": ["12"],
    "f6": ["2026-12-24"],
    "f7": ["c1"],
    "f8": ["c2", "c1"],
    "f9": ["on"],
}


def test_what_was_sent_keeps_its_labels_whatever_becomes_of_the_form(
    in_tenant_a: TenantRef,
) -> None:
    row = made()
    now = utc_now()

    sent = submit(row.pk, GOOD, sender=GUEST, now=now)
    again = submit(row.pk, GOOD, sender=GUEST, now=now + timedelta(seconds=1))
    other = submit(row.pk, GOOD, sender=Sender(key="another", language="zh-hans"), now=now)
    move_field(row.pk, "f9", by=-1, actor=TESTER)
    put_field(row.pk, Ask(key="f1", kind="text", label={"en": "Renamed"}), actor=TESTER)
    remove_field(row.pk, "f5", actor=TESTER)

    assert again.pk == sent.pk
    kept = {each["label"]: each["text"] for each in Submission.objects.get(pk=sent.pk).answers}
    assert kept == {
        "The text": "Lin Xiao",
        "The email": "lin@example.com",
        "The phone": "+86 138 0013 8000",
        "The number": "12",
        "The date": "2026-12-24",
        "The choice": "Small",
        "The choices": "Small; Large",
        "The tick": "yes",
    }
    assert [each["text"] for each in other.answers if each["field"] == "f7"] == ["小"]
    keys = [each["key"] for each in Form.objects.get().fields]
    assert keys == ["f1", "f2", "f3", "f4", "f6", "f7", "f9", "f8"]
    assert [(vars(each)["sent"], vars(each)["unread"]) for each in forms_counted()] == [(2, 2)]
    assert OutboxEvent.objects.filter(name="forms.submitted").count() == 2
    assert AuditEntry.objects.filter(action="forms.changed").count() == 12
    with pytest.raises(FormInUse):
        delete_form(row.pk, actor=TESTER)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        pytest.param("f1", [], id="nothing where something is required"),
        pytest.param("f1", ["x" * 1_000_000], id="a megabyte"),
        pytest.param("f1", ["a\x00b"], id="a character no database takes"),
        pytest.param("f3", ["nobody"], id="no address"),
        pytest.param("f4", ["call me"], id="no number to call"),
        pytest.param("f5", ["NaN"], id="no number"),
        pytest.param("f5", ["100"], id="too big a number"),
        pytest.param("f6", ["2026-02-30"], id="no day"),
        pytest.param("f7", ["c9"], id="a choice that is not there"),
        pytest.param("f7", ["c1", "c2"], id="two where one is asked for"),
        pytest.param("f8", ["c1", "c2", "c3"], id="too many"),
        pytest.param("f9", [], id="no consent"),
    ],
)
def test_an_answer_that_does_not_fit_is_named_and_nothing_is_kept(
    in_tenant_a: TenantRef, key: str, told: list[str]
) -> None:
    row = made()

    with pytest.raises(InvalidAnswers) as refused:
        submit(row.pk, {**GOOD, key: told}, sender=GUEST, now=utc_now())

    invalid = refused.value.fields["invalid"]
    assert isinstance(invalid, dict)
    assert list(invalid) == [key]
    assert not Submission.objects.exists()


def test_closed_forms_take_nothing_and_some_take_one_of_each_member(in_tenant_a: TenantRef) -> None:
    row, now = made(is_once=True), utc_now()
    member = make_member()
    sender = Sender(member_id=member.pk, token="one", language="en")

    with pytest.raises(MembersOnly):
        submit(row.pk, GOOD, sender=GUEST, now=now)
    submit(row.pk, GOOD, sender=sender, now=now)
    with pytest.raises(SentBefore):
        submit(row.pk, GOOD, sender=Sender(member_id=member.pk, token="two"), now=now)
    change_form(row.pk, FormTold(code="wholesale", names=TOLD.names, is_open=False), actor=TESTER)
    with pytest.raises(FormClosed):
        submit(row.pk, GOOD, sender=GUEST, now=now)

    assert Submission.objects.count() == 1


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"kind": "file"}, id="a kind that is none"),
        pytest.param({"kind": "text", "label": {"en": " "}}, id="no label"),
        pytest.param({"kind": "choice", "choices": []}, id="nothing to choose"),
        pytest.param({"kind": "number", "least": 5, "most": 4}, id="bounds that exclude all"),
        pytest.param({"kind": "text", "label": {"en": "x" * 201}}, id="too long a label"),
    ],
)
def test_a_field_that_nobody_could_answer_is_refused(
    in_tenant_a: TenantRef, told: dict[str, object]
) -> None:
    row = create_form(TOLD, actor=TESTER)

    with pytest.raises(InvalidForm):
        put_field(row.pk, Ask(**{"key": "", "label": {"en": "A"}, **told}), actor=TESTER)  # type: ignore[arg-type]
    with pytest.raises(InvalidForm):
        create_form(TOLD, actor=TESTER)

    row.refresh_from_db()
    assert row.fields == []


def test_who_goes_leaves_nothing_but_that_something_was_sent(in_tenant_a: TenantRef) -> None:
    row, member = made(), make_member()
    submit(row.pk, GOOD, sender=Sender(member_id=member.pk, page="/me"), now=utc_now())
    assert submissions_of(row.pk, text="Lin Xiao", state="unread").count() == 1

    people.forget(member.pk, utc_now())

    left = Submission.objects.get()
    assert (left.member_id, left.answers, left.page, left.note) == (None, [], "", "")


def test_accounts_that_turn_out_to_be_one_keep_both_entries(in_tenant_a: TenantRef) -> None:
    row = made(is_once=True)
    kept, absorbed = make_member(), make_member()
    for member in (kept, absorbed):
        submit(row.pk, GOOD, sender=Sender(member_id=member.pk), now=utc_now())

    people.hand_over(kept.pk, absorbed.pk, TESTER, utc_now())

    owners: list[UUID | None] = list(Submission.objects.values_list("member_id", flat=True))
    assert owners == [kept.pk, kept.pk]


def test_one_shop_sees_nothing_of_the_forms_of_another(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a):
        row = made()
        submit(row.pk, GOOD, sender=GUEST, now=utc_now())
    with tenant_context(tenant_b):
        assert form_called("wholesale") is None
        assert not submissions_of(row.pk).exists()
        assert not Submission.objects.exists()
