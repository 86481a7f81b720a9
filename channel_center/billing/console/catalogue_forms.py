"""Forms of what is put on sale: functions, room, bundles of them, support, and how they show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channel_center.billing.choices import FOR_GOOD, RECURRING, ProductKind, RefundPolicy, Term
from channel_center.billing.models import Edition, Product
from kernel.branding.errors import InvalidBrand
from kernel.branding.pictures import keep_picture
from kernel.modules.ports import KERNEL_FEATURES
from kernel.modules.registry import manifests
from kernel.quotas.meters import meters

FILES: Final = "media"
MOST_PICTURES: Final = 6
LEAST_PARTS: Final = 2
_GIGABYTE: Final = 1_000_000_000


class NamedForm(forms.Form):
    """What something is called in both languages."""

    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=80)

    @property
    def names(self) -> dict[str, str]:
        """Return them by language."""
        return {"zh-hans": self.cleaned_data["name_zh"], "en": self.cleaned_data["name_en"]}


class OfferForm(forms.Form):
    """For how long one payment lasts, and what comes with it."""

    term = forms.ChoiceField(label=gettext_lazy("How it is paid"), choices=Term.choices)
    trial_days = forms.IntegerField(
        label=gettext_lazy("Days to try it"),
        min_value=0,
        max_value=90,
        required=False,
        help_text=gettext_lazy("Of what is paid by the month or the year."),
    )
    support_months = forms.IntegerField(
        label=gettext_lazy("Months of updates and support"),
        min_value=0,
        max_value=120,
        required=False,
        help_text=gettext_lazy("Included in what is bought for good; afterwards it is sold."),
    )
    refund_policy = forms.ChoiceField(
        label=gettext_lazy("Given back when it is returned"),
        choices=RefundPolicy.choices,
        initial=RefundPolicy.PRO_RATA,
        required=False,
    )
    refund_days = forms.IntegerField(
        label=gettext_lazy("Days in which all is given back"),
        min_value=0,
        max_value=365,
        required=False,
    )

    def __init__(self, *args: Any, feature: str = "", is_support: bool = False, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self._feature = feature
        if is_support:
            self.fields["term"].choices = [  # type: ignore[attr-defined]
                each for each in Term.choices if each[0] in RECURRING
            ]
            for name in ("trial_days", "support_months"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Keep what belongs to another way of paying out of it."""
        told = super().clean() or {}
        term = told.get("term")
        feature = told.get("feature") or self._feature
        if term == Term.USAGE and feature not in KERNEL_FEATURES:
            self.add_error("term", _("Only what is counted is paid by use."))
        if told.get("trial_days") and term not in RECURRING:
            self.add_error("trial_days", _("Only what is paid by the month or year is tried."))
        if told.get("support_months") and term not in FOR_GOOD:
            self.add_error("support_months", _("Only what is bought for good includes support."))
        if (told.get("refund_policy") == RefundPolicy.WINDOW) != bool(told.get("refund_days")):
            self.add_error("refund_days", _("Say in how many days, for that way alone."))
        return told

    def offer(self) -> dict[str, Any]:
        """Return what `define_offer` is told."""
        told = self.cleaned_data
        feature = told.get("feature") or self._feature
        return {
            "term": told["term"],
            "trial_days": told.get("trial_days") or 0,
            "support_months": told.get("support_months") or 0,
            "refund_policy": told.get("refund_policy") or RefundPolicy.PRO_RATA,
            "refund_days": told.get("refund_days") or 0,
            "meter": str(feature) if told["term"] == Term.USAGE else "",
        }


class LimitsForm(forms.Form):
    """What an edition allows of something that is counted."""

    room = forms.IntegerField(
        label=gettext_lazy("Room for files, in GB"), min_value=1, max_value=100_000, required=False
    )
    included = forms.IntegerField(
        label=gettext_lazy("Included in each period"),
        min_value=0,
        max_value=10**9,
        required=False,
        help_text=gettext_lazy(
            "By use: so many orders, messages, people or GB cost nothing; "
            "the price is for one more."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Room belongs to files; something is included of what is counted."""
        told = super().clean() or {}
        feature = self._limited()
        if (feature == FILES) != bool(told.get("room")) and "room" in self.fields:
            self.add_error("room", _("Say how much room there is, for files alone."))
        is_counted = feature in KERNEL_FEATURES
        if is_counted and feature != FILES and told.get("included") is None:
            self.add_error("included", _("Say how much is included."))
        if told.get("included") is not None and not is_counted:
            self.add_error("included", _("Only of what is counted something is included."))
        return told

    def _limited(self) -> str:
        return str(self.cleaned_data.get("feature", ""))

    def limits(self) -> dict[str, int]:
        """Return what a licence allows."""
        told = self.cleaned_data
        limits = {"bytes": told["room"] * _GIGABYTE} if told.get("room") else {}
        if told.get("included") is not None:
            limits["soft"] = told["included"] * (_GIGABYTE if self._limited() == FILES else 1)
        return limits


class FunctionForm(OfferForm, LimitsForm, NamedForm):
    """A function that is put on sale, in its first edition for its first term."""

    feature = forms.ChoiceField(label=gettext_lazy("Function"))
    edition = forms.SlugField(
        label=gettext_lazy("Edition"),
        max_length=32,
        initial="standard",
        help_text=gettext_lazy("A short word, like standard or large; a later one has more."),
    )

    field_order = (
        "feature", "name_zh", "name_en", "edition", "room", "included", "term", "trial_days",
        "support_months", "refund_policy", "refund_days",
    )  # fmt: skip

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zh = language.startswith("zh")
        names = [(code, each.name.zh if zh else each.name.en) for code, each in manifests().items()]
        kernel = [(meter.code, meter.label) for meter in meters() if meter.code in KERNEL_FEATURES]
        self.fields["feature"].choices = [*names, *kernel]  # type: ignore[attr-defined]


class BundleForm(OfferForm, NamedForm):
    """Several editions at one price."""

    code = forms.SlugField(
        label=gettext_lazy("Short name"),
        max_length=40,
        help_text=gettext_lazy("Small letters and digits; it stands in price lists."),
    )
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("What is in it"), widget=forms.CheckboxSelectMultiple
    )

    field_order = ("name_zh", "name_en", "code", "parts", "term", "trial_days", "support_months")

    def __init__(self, *args: Any, editions: Sequence[Edition], language: str, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self._editions = {each.pk.hex: each for each in editions}
        self.fields["parts"].choices = [  # type: ignore[attr-defined]
            (key, edition_name(each, language)) for key, each in self._editions.items()
        ]

    def clean_parts(self) -> list[Edition]:
        """Want two at least, and each function once."""
        found = [self._editions[key] for key in self.cleaned_data["parts"]]
        if len(found) < LEAST_PARTS:
            raise forms.ValidationError(_("A bundle has two parts at least."))
        if len({each.product_id for each in found}) < len(found):
            raise forms.ValidationError(_("Choose one edition of each function."))
        return found


class SupportForm(OfferForm, NamedForm):
    """Updates and support that are paid by the period, of what was bought for good."""

    supports = forms.ChoiceField(label=gettext_lazy("For which product"))

    field_order = ("supports", "name_zh", "name_en", "term")

    def __init__(self, *args: Any, products: Sequence[Product], language: str, **kw: Any) -> None:
        super().__init__(*args, is_support=True, **kw)
        self._products = {each.pk.hex: each for each in products}
        self.fields["supports"].choices = [  # type: ignore[attr-defined]
            (key, each.name_in(language)) for key, each in self._products.items()
        ]

    def clean_supports(self) -> Product:
        """Return the product."""
        return self._products[self.cleaned_data["supports"]]


class EditionForm(LimitsForm, NamedForm):
    """A further step of a product's ladder."""

    code = forms.SlugField(
        label=gettext_lazy("Edition"),
        max_length=32,
        help_text=gettext_lazy("A short word, like standard or large; a later one has more."),
    )
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("What is in it"), widget=forms.CheckboxSelectMultiple, required=False
    )

    field_order = ("code", "name_zh", "name_en", "room", "included", "parts")

    def __init__(
        self,
        *args: Any,
        product: Product,
        taken: Sequence[str],
        editions: Sequence[Edition],
        language: str,
        **kw: Any,
    ) -> None:
        super().__init__(*args, **kw)
        self._product, self._taken = product, taken
        self._editions = {each.pk.hex: each for each in editions}
        if product.kind == ProductKind.BUNDLE:
            self.fields["parts"].choices = [  # type: ignore[attr-defined]
                (key, edition_name(each, language)) for key, each in self._editions.items()
            ]
        else:
            del self.fields["parts"]
        if product.feature != FILES:
            del self.fields["room"]
        if product.feature not in KERNEL_FEATURES:
            del self.fields["included"]

    def _limited(self) -> str:
        return self._product.feature

    def clean_code(self) -> str:
        """Refuse one that is there: what was sold is not changed."""
        code: str = self.cleaned_data["code"]
        if code in self._taken:
            raise forms.ValidationError(_("There is an edition of this name."))
        return code

    def clean(self) -> dict[str, Any]:
        """A bundle has two parts at least."""
        told = super().clean() or {}
        if "parts" in self.fields and len(self.contained()) < LEAST_PARTS:
            self.add_error("parts", _("A bundle has two parts at least."))
        return told

    def contained(self) -> list[Edition]:
        """Return what is in it."""
        return [self._editions[key] for key in self.cleaned_data.get("parts", [])]


class _Pictures(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return one of them, so that the field sees that something came."""
        return files.get(name)


class ShownForm(NamedForm):
    """How a product shows in the market of shops."""

    summary_zh = forms.CharField(
        label=gettext_lazy("What it is for, in Chinese"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    summary_en = forms.CharField(
        label=gettext_lazy("What it is for, in English"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    position = forms.IntegerField(
        label=gettext_lazy("Place in lists"), min_value=0, max_value=10_000, initial=0
    )
    drop = forms.MultipleChoiceField(
        label=gettext_lazy("Take pictures away"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(
        self, *args: Any, product: Product, categories: Mapping[str, str], **kwargs: Any
    ) -> None:
        initial = {
            "name_zh": product.names.get("zh-hans", ""),
            "name_en": product.names.get("en", ""),
            "summary_zh": product.summaries.get("zh-hans", ""),
            "summary_en": product.summaries.get("en", ""),
            "category": product.category,
            "position": product.position,
        }
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self._product = product
        self.fields["category"].choices = [  # type: ignore[attr-defined]
            ("", _("By its kind")),
            *categories.items(),
        ]
        if product.pictures:
            numbers = range(1, len(product.pictures) + 1)
            self.fields["drop"].choices = [  # type: ignore[attr-defined]
                (path, _("Picture %(number)s") % {"number": number})
                for path, number in zip(product.pictures, numbers, strict=True)
            ]
        else:
            del self.fields["drop"]
        self.fields["pictures"] = forms.FileField(
            label=_("Add pictures"),
            required=False,
            widget=_Pictures(attrs={"accept": "image/png,image/jpeg,image/webp,image/svg+xml"}),
            help_text=_("Wide ones, like 1280 × 720; the first one shows in the list."),
        )

    def clean(self) -> dict[str, Any]:
        """Draw new pictures anew, so that nothing else is in them."""
        told = super().clean() or {}
        dropped = set(told.get("drop") or ())
        kept = [path for path in self._product.pictures if path not in dropped]
        added = self.files.getlist("pictures") if hasattr(self.files, "getlist") else []
        if len(kept) + len(added) > MOST_PICTURES:
            text = _("At most %(number)s pictures are expected.") % {"number": MOST_PICTURES}
            self.add_error("pictures", text)
            return told
        try:
            kept += [keep_picture(each.read(), field="pictures") for each in added]
        except InvalidBrand as refusal:
            self.add_error("pictures", str(refusal))
        told["shown"] = list(dict.fromkeys(kept))
        return told

    def told(self) -> dict[str, Any]:
        """Return what `show_product` is told."""
        values = self.cleaned_data
        summaries = {"zh-hans": values["summary_zh"], "en": values["summary_en"]}
        return {
            "names": self.names,
            "summaries": {code: text for code, text in summaries.items() if text},
            "category": values["category"],
            "position": values["position"],
            "pictures": values["shown"],
        }


def edition_name(edition: Edition, language: str) -> str:
    """Return what a product and its edition are called together."""
    return f"{edition.product.name_in(language)} · {edition.name_in(language)}"
