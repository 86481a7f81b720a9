"""Forms of the pages of partners."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from channel_center.console.forms import ChannelForm
from channel_center.partners.choices import (
    PARTNER_EVENTS,
    SCOPES,
    PartnerHoldKind,
    PartnerHoldLevel,
    PartnerRole,
)
from kernel.reference.currencies import CURRENCIES

SCOPE_NAMES = {
    "tenants.view": _("See shops"),
    "tenants.manage": _("Open shops, hold them back and let them go"),
    "channels.view": _("See sub-partners"),
    "channels.manage": _("Apply for sub-partners"),
    "billing.view": _("See balances, prices and what was sold"),
    "billing.manage": _("Top up, set prices and buy for shops"),
    "brand.manage": _("Change the brand"),
    "staff.view": _("See colleagues"),
    "staff.manage": _("Invite colleagues"),
    "webhooks.manage": _("Change webhooks"),
}
EVENT_NAMES = {
    "tenant.requested": _("A shop was asked for"),
    "tenant.provisioned": _("A shop is ready"),
    "tenant.suspended": _("A shop was closed"),
    "tenant.resumed": _("A shop was opened again"),
    "tenant.archived": _("A shop was archived"),
    "tenant.purged": _("A shop was deleted"),
    "tenant.move_asked": _("A shop wants to come to you"),
    "tenant.moved_in": _("A shop came from another partner"),
    "tenant.moved_away": _("A shop went to another partner"),
    "partner.approved": _("A sub-partner was approved"),
    "partner.refused": _("A sub-partner was refused"),
    "partner.held": _("You are held back"),
    "licence.bought": _("A shop bought a function"),
    "licence.renewed": _("A function of a shop was renewed"),
    "licence.expiring": _("A right to a function runs out soon"),
    "licence.overdue": _("A shop did not pay for a function in time"),
    "licence.restricted": _("A function that is not paid became read-only"),
    "licence.ended": _("A function of a shop ended"),
    "wallet.topped_up": _("A balance was topped up"),
    "wallet.low": _("The balance is low"),
    "invoice.written": _("An invoice or credit note was written"),
    "partner.released": _("A hold on you was lifted"),
}


class ApplicationForm(ChannelForm):
    """What a sub-partner shall be, and its first person."""

    levels_below = forms.IntegerField(
        label=_("Levels of sub-partners below it"), min_value=0, max_value=9, initial=0
    )


class TermsForm(forms.Form):
    """What a partner may do."""

    levels_below = forms.IntegerField(
        label=_("Levels of sub-partners below it"), min_value=0, max_value=9
    )
    approves_below = forms.BooleanField(
        label=_("Its sub-partners need no approval of ours"), required=False
    )
    credit_limit = forms.DecimalField(
        label=_("Credit limit"), min_value=0, max_digits=14, decimal_places=2
    )
    currency = forms.ChoiceField(
        label=_("Currency"), choices=[(code, code) for code, _scale, _zh, _en in CURRENCIES]
    )


class PartnerHoldForm(forms.Form):
    """Why and how far a partner is held back."""

    kind = forms.ChoiceField(
        label=_("Because of"), choices=PartnerHoldKind.choices, initial=PartnerHoldKind.MANUAL
    )
    level = forms.TypedChoiceField(
        label=_("How far"),
        coerce=lambda value: PartnerHoldLevel(int(value)),
        choices=PartnerHoldLevel.choices,
        initial=PartnerHoldLevel.NO_OPENING.value,
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)


class PersonForm(forms.Form):
    """What somebody may do, and for which shops."""

    role = forms.ChoiceField(label=_("Role"), choices=PartnerRole.choices)
    shops = forms.MultipleChoiceField(
        label=_("Only these shops"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("Choose none for all shops. An owner always sees all."),
    )

    def __init__(self, *args: object, shops: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own arguments
        field = self.fields["shops"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  for the type checker
        field.choices = shops


class InviteForm(PersonForm):
    """Who is invited."""

    name = forms.CharField(label=_("Name"), max_length=80)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    field_order = ("name", "email", "role", "shops")


class ChangePersonForm(PersonForm):
    """What somebody may do from now on."""

    is_active = forms.BooleanField(label=_("May sign in"), required=False)


class KeyForm(forms.Form):
    """What a key may do."""

    name = forms.CharField(label=_("Name"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=[(code, SCOPE_NAMES[code]) for code in SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    networks = forms.CharField(
        label=_("Only from these networks"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One in each line, for example 203.0.113.0/24; empty for everywhere."),
    )


class WebhookForm(forms.Form):
    """What an address is told of."""

    name = forms.CharField(label=_("Name"), max_length=80)
    url = forms.CharField(label=_("Send to this address"), max_length=2000)
    events = forms.MultipleChoiceField(
        label=_("Told of"),
        choices=[(code, EVENT_NAMES[code]) for code in PARTNER_EVENTS],
        widget=forms.CheckboxSelectMultiple,
    )
