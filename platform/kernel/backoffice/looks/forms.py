"""The editor of a brand, for partners and for shops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.branding.errors import InvalidBrand
from kernel.branding.fields import FIELDS
from kernel.branding.library import TITLES, picture_from
from kernel.branding.pictures import keep_picture
from kernel.common.errors import DomainError
from kernel.common.ids import InvalidId, parse_public_id
from kernel.media.errors import UnknownAsset

Row: TypeAlias = tuple[forms.BoundField, str, object, object]
Save: TypeAlias = Callable[[Mapping[str, str]], None]

_PICTURES: Final = tuple(TITLES)
_COLOURS: Final = ("colour", "accent", "console_colour")
_LABELS: Final = {
    **TITLES,
    "name": gettext_lazy("Name"),
    "short_name": gettext_lazy("Short name"),
    "colour": gettext_lazy("Colour"),
    "accent": gettext_lazy("Second colour"),
    "support_email": gettext_lazy("E-mail address for questions"),
    "support_phone": gettext_lazy("Telephone number for questions"),
    "support_url": gettext_lazy("Help page"),
    "terms_url": gettext_lazy("Terms of use"),
    "privacy_url": gettext_lazy("Privacy policy"),
    "mail_name": gettext_lazy("Letters come from"),
    "mail_from": gettext_lazy("Sender's e-mail address"),
    "sms_sign": gettext_lazy("Signature of text messages"),
    "pdf_footer": gettext_lazy("Footer of documents"),
    "totp_issuer": gettext_lazy("Name in authenticator apps"),
    "help_url": gettext_lazy("Help page for staff"),
    "console_name": gettext_lazy("Name of the console"),
    "console_colour": gettext_lazy("Colour of the console"),
    "store_domain": gettext_lazy("Domain of new storefronts"),
    "console_domain": gettext_lazy("Domain of new consoles"),
}
_HELPS: Final = {
    "short_name": gettext_lazy("At most 12 characters, below the icon on a telephone's screen."),
    "logo_url": gettext_lazy("PNG, JPEG, WebP or SVG of at most 2 MB; drawings without scripts."),
    "colour": gettext_lazy("Used for buttons and links. Text on it stays readable by itself."),
    "mail_from": gettext_lazy("It is used once its domain was proven; this page then says how."),
    "sms_sign": gettext_lazy("As it is registered with the gateway of text messages."),
    "pdf_footer": gettext_lazy("Stands at the end of invoices and slips without one of their own."),
    "store_domain": gettext_lazy(
        "New shops answer at name.this-domain. Point *.this-domain at your present console."
    ),
    "console_domain": gettext_lazy("New consoles answer at name.this-domain."),
}
_GROUPS: Final = (
    (gettext_lazy("Name and pictures"), ("name", "short_name", "logo_url", "favicon_url")),
    (gettext_lazy("Colours"), ("colour", "accent")),
    (
        gettext_lazy("Help and small print"),
        ("support_email", "support_phone", "support_url", "terms_url", "privacy_url"),
    ),
    (gettext_lazy("Letters and messages"), ("mail_name", "mail_from", "sms_sign", "pdf_footer")),
    (
        gettext_lazy("The console of your staff"),
        (
            *("console_name", "console_logo_url", "console_favicon_url", "console_colour"),
            *("totp_issuer", "help_url"),
        ),
    ),
    (gettext_lazy("Domains of your shops"), ("store_domain", "console_domain")),
)
# A partner's own console is what the fields above say already.
_NOT_FOR_PARTNERS: Final = frozenset(each for each in FIELDS if each.startswith("console_")) - {
    "console_domain"
}
_ADDRESSES: Final = ("support_url", "terms_url", "privacy_url", "help_url")


class LookForm(forms.Form):
    """Each field its own, or left empty: then what is inherited holds."""

    def __init__(
        self,
        *args: Any,
        own: Mapping[str, Any],
        inherited: Mapping[str, str],
        is_partner: bool,
        has_library: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.chosen: dict[str, UUID | None] = {}
        self._own, self._inherited = own, inherited
        self._names = [
            name
            for name, each in FIELDS.items()
            if (name not in _NOT_FOR_PARTNERS if is_partner else not each.for_partners)
        ]
        for name in self._names:
            self.fields[name] = _picture(name) if name in _PICTURES else self._text(name)
            if name in _PICTURES and own.get(name):
                label = _("Take the picture away")
                self.fields[f"{name}_gone"] = forms.BooleanField(label=label, required=False)
            if name in _PICTURES and has_library:
                self.fields[f"{name}_asset"] = forms.CharField(
                    required=False, max_length=40, widget=forms.HiddenInput
                )
        self.fields["name"].required = not is_partner

    def _text(self, name: str) -> forms.CharField:
        attrs: dict[str, object] = {"data-look": name}
        if known := self._inherited.get(name):
            attrs["placeholder"] = known
        if name in _COLOURS:
            attrs |= {"data-colour": "", "autocapitalize": "off", "spellcheck": "false"}
        widget: forms.Widget = forms.TextInput(attrs)
        if name == "pdf_footer":
            widget = forms.Textarea({**attrs, "rows": 2})
        elif name in _ADDRESSES:
            widget = forms.URLInput({"placeholder": "https://", **attrs})
        return forms.CharField(
            label=str(_LABELS[name]),
            required=False,
            max_length=FIELDS[name].longest,
            initial=str(self._own.get(name) or ""),
            help_text=_HELPS.get(name, ""),
            widget=widget,
        )

    def groups(self) -> list[tuple[object, list[Row]]]:
        """Return fields under their headings, each with its picture, removal and choice."""
        found: list[tuple[object, list[Row]]] = []
        for title, names in _GROUPS:
            rows: list[Row] = [
                (
                    self[name],
                    str(self._own.get(name) or self._inherited.get(name) or "")
                    if name in _PICTURES
                    else "",
                    self[f"{name}_gone"] if f"{name}_gone" in self.fields else None,
                    self[f"{name}_asset"] if f"{name}_asset" in self.fields else None,
                )
                for name in names
                if name in self.fields
            ]
            if rows:
                found.append((title, rows))
        return found

    def kept_by(self, save: Save) -> bool:
        """Keep pictures and fields, all or none; say what was refused at its field."""
        if not self.is_valid():
            return False
        try:
            with transaction.atomic():
                save(self._values())
        except InvalidBrand as refusal:
            named = str(refusal.fields.get("field", ""))
            self.add_error(named if named in self.fields else None, str(refusal))
        except DomainError as refusal:
            field = "name" if refusal.code == "tenants.invalid_name" else None
            self.add_error(field, str(refusal))
        return not self.errors

    def _values(self) -> dict[str, str]:
        found = {}
        for name in self._names:
            if name not in _PICTURES:
                found[name] = str(self.cleaned_data[name])
            elif (path := self._picture(name)) is not None:
                found[name] = path
        return found

    def _picture(self, name: str) -> str | None:
        """Return the path of a picture that was sent or chosen; None for the present one."""
        told, asset = self.cleaned_data[name], self.cleaned_data.get(f"{name}_asset")
        if isinstance(told, UploadedFile):
            self.chosen[name] = None
            return keep_picture(told.read(), field=name)
        if asset:
            try:
                self.chosen[name] = parse_public_id("ast", asset)
                return picture_from(parse_public_id("ast", asset), field=name)
            except (InvalidId, UnknownAsset) as refusal:
                text = _("This picture is no longer in the library.")
                raise InvalidBrand(text, field=name) from refusal
        if self.cleaned_data.get(f"{name}_gone"):
            self.chosen[name] = None
            return ""
        return None


def _picture(name: str) -> forms.FileField:
    accepted = "image/png,image/jpeg,image/webp,image/svg+xml"
    return forms.FileField(
        label=str(_LABELS[name]),
        required=False,
        help_text=_HELPS.get(name, ""),
        widget=forms.FileInput({"accept": accepted, "data-look": name}),
    )
