"""Addresses, invoice profiles, favourites, footprints and consents over the store API."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.common.ids import parse_public_id, public_id
from kernel.common.time import utc_now
from kernel.members.api.views import MemberView, NewestFirst, OpenView, page, told
from kernel.members.choices import ConsentKind, InvoiceKind
from kernel.members.models import Favourite, Footprint
from kernel.members.regions import HOME, Region, regions_below
from kernel.members.services import addresses, consents, favourites, invoices
from kernel.members.services.addresses import Place
from kernel.members.services.invoices import Invoicee
from kernel.members.states import states_of

PRODUCT: Final = "product"
PRODUCT_PREFIX: Final = "prd"
_GONE: Final = {204: OpenApiResponse(description="Forgotten.")}


class PlaceTold(serializers.Serializer[Any]):
    """An address, as somebody writes it."""

    name = serializers.CharField(max_length=80)
    phone = serializers.CharField(max_length=40)
    line = serializers.CharField(max_length=200)
    country = serializers.CharField(max_length=2, default=HOME)
    region_code = serializers.CharField(max_length=12, allow_blank=True, default="")
    city = serializers.CharField(max_length=80, allow_blank=True, default="")
    postcode = serializers.CharField(max_length=16, allow_blank=True, default="")
    latitude = serializers.CharField(max_length=12, allow_blank=True, default="")
    longitude = serializers.CharField(max_length=12, allow_blank=True, default="")
    is_default = serializers.BooleanField(default=False)


class AddressShown(PlaceTold):
    """An address that is kept."""

    id = serializers.CharField(source="public_id")
    region = serializers.CharField()


class InvoiceeTold(serializers.Serializer[Any]):
    """Whom an invoice is made out to, as somebody writes it."""

    kind = serializers.ChoiceField(choices=InvoiceKind.choices)
    title = serializers.CharField(max_length=120)
    tax_number = serializers.CharField(max_length=32, allow_blank=True, default="")
    email = serializers.CharField(max_length=254, allow_blank=True, default="")
    phone = serializers.CharField(max_length=40, allow_blank=True, default="")
    address = serializers.CharField(max_length=200, allow_blank=True, default="")
    bank = serializers.CharField(max_length=120, allow_blank=True, default="")
    bank_account = serializers.CharField(max_length=60, allow_blank=True, default="")
    is_default = serializers.BooleanField(default=False)


class InvoiceProfileShown(InvoiceeTold):
    """An invoice profile that is kept."""

    id = serializers.CharField(source="public_id")


class ProductTold(serializers.Serializer[Any]):
    """A product."""

    product = serializers.CharField(max_length=40)


class ProductKept(serializers.Serializer[Any]):
    """A product that is kept, and since when."""

    product = serializers.SerializerMethodField()
    at = serializers.SerializerMethodField()

    def get_product(self, kept: Favourite | Footprint) -> str:
        """Return the product's id."""
        return public_id(PRODUCT_PREFIX, kept.object_id)

    def get_at(self, kept: Favourite | Footprint) -> str:
        """Return when it was kept, or seen last."""
        moment = kept.seen_at if isinstance(kept, Footprint) else kept.created_at
        return moment.isoformat()


class RegionShown(serializers.Serializer[Any]):
    """A division of China."""

    code = serializers.CharField()
    name = serializers.CharField()
    has_parts = serializers.BooleanField()


class ConsentTold(serializers.Serializer[Any]):
    """What a member says to a version of a text."""

    kind = serializers.ChoiceField(choices=ConsentKind.choices)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    is_given = serializers.BooleanField()


class ConsentShown(ConsentTold):
    """What a member said."""

    said_at = serializers.DateTimeField()


class DocumentShown(serializers.Serializer[Any]):
    """The newest version of a text."""

    kind = serializers.CharField()
    version = serializers.IntegerField()
    texts = serializers.DictField()
    is_required = serializers.BooleanField()
    said = ConsentShown(allow_null=True)


class AddressesView(MemberView):
    """The member's addresses."""

    @extend_schema(responses=AddressShown(many=True))
    def get(self, request: Request) -> Response:
        """Return the addresses, the default first."""
        rows = addresses.addresses_of(self.member_id)
        return Response(AddressShown(rows, many=True).data)

    @extend_schema(request=PlaceTold, responses={201: AddressShown})
    def post(self, request: Request) -> Response:
        """Keep one more."""
        place, is_default = _place(request)
        row = addresses.add_address(self.member_id, place, is_default=is_default, now=utc_now())
        return Response(AddressShown(row).data, status=201)


class AddressView(MemberView):
    """One of the member's addresses."""

    @extend_schema(request=PlaceTold, responses=AddressShown)
    def put(self, request: Request, address: str) -> Response:
        """Change it."""
        place, is_default = _place(request)
        row = addresses.change_address(
            self.member_id,
            parse_public_id("adr", address),
            place,
            is_default=is_default,
            now=utc_now(),
        )
        return Response(AddressShown(row).data)

    @extend_schema(request=None, responses=_GONE)
    def delete(self, request: Request, address: str) -> Response:
        """Forget it."""
        addresses.remove_address(self.member_id, parse_public_id("adr", address))
        return Response(status=204)


class RegionsView(OpenView):
    """The divisions of China, and the states of countries whose addresses name them."""

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "parent",
                str,
                description="Code; provinces without it. Two letters of a country for its states.",
            )
        ],
        responses=RegionShown(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return the parts of a division."""
        parent = request.query_params.get("parent", "")
        language = get_language() or ""
        states = [Region(e.code, e.name_in(language), False) for e in states_of(parent)]
        rows = states or regions_below(parent)
        response = Response(RegionShown(rows, many=True).data)
        response["Cache-Control"] = "public, max-age=86400"
        return response


class InvoiceProfilesView(MemberView):
    """The member's invoice profiles."""

    @extend_schema(responses=InvoiceProfileShown(many=True))
    def get(self, request: Request) -> Response:
        """Return the profiles, the default first."""
        rows = invoices.invoice_profiles_of(self.member_id)
        return Response(InvoiceProfileShown(rows, many=True).data)

    @extend_schema(request=InvoiceeTold, responses={201: InvoiceProfileShown})
    def post(self, request: Request) -> Response:
        """Keep one more."""
        invoicee, is_default = _invoicee(request)
        row = invoices.save_invoice_profile(
            self.member_id, invoicee, is_default=is_default, now=utc_now()
        )
        return Response(InvoiceProfileShown(row).data, status=201)


class InvoiceProfileView(MemberView):
    """One of the member's invoice profiles."""

    @extend_schema(request=InvoiceeTold, responses=InvoiceProfileShown)
    def put(self, request: Request, profile: str) -> Response:
        """Change it."""
        invoicee, is_default = _invoicee(request)
        row = invoices.save_invoice_profile(
            self.member_id,
            invoicee,
            profile_id=parse_public_id("inv", profile),
            is_default=is_default,
            now=utc_now(),
        )
        return Response(InvoiceProfileShown(row).data)

    @extend_schema(request=None, responses=_GONE)
    def delete(self, request: Request, profile: str) -> Response:
        """Forget it."""
        invoices.remove_invoice_profile(self.member_id, parse_public_id("inv", profile))
        return Response(status=204)


class FavouritesView(MemberView):
    """What the member wants to find again."""

    pagination_class = NewestFirst

    @extend_schema(responses=ProductKept(many=True))
    def get(self, request: Request) -> Response:
        """Return the favourites, the latest first."""
        rows = favourites.favourites_of(self.member_id, kind=PRODUCT)
        return page(request, self, rows, shown=ProductKept, ordering=("-created_at", "-id"))

    @extend_schema(request=ProductTold, responses={201: ProductKept})
    def post(self, request: Request) -> Response:
        """Keep one; keeping it again changes nothing."""
        product = parse_public_id(PRODUCT_PREFIX, told(ProductTold, request)["product"])
        row = favourites.add_favourite(
            self.member_id, kind=PRODUCT, object_id=product, now=utc_now()
        )
        return Response(ProductKept(row).data, status=201)


class FavouriteView(MemberView):
    """One favourite."""

    @extend_schema(request=None, responses=_GONE)
    def delete(self, request: Request, product: str) -> Response:
        """Forget it."""
        object_id = parse_public_id(PRODUCT_PREFIX, product)
        favourites.remove_favourite(self.member_id, kind=PRODUCT, object_id=object_id)
        return Response(status=204)


class FootprintsView(MemberView):
    """What the member looked at."""

    pagination_class = NewestFirst

    @extend_schema(responses=ProductKept(many=True))
    def get(self, request: Request) -> Response:
        """Return the footprints, the latest first."""
        rows = favourites.footprints_of(self.member_id, kind=PRODUCT)
        return page(request, self, rows, shown=ProductKept, ordering=("-seen_at", "-id"))

    @extend_schema(request=ProductTold, responses={204: OpenApiResponse(description="Noted.")})
    def post(self, request: Request) -> Response:
        """Note that the member looked at a product."""
        product = parse_public_id(PRODUCT_PREFIX, told(ProductTold, request)["product"])
        favourites.leave_footprint(self.member_id, kind=PRODUCT, object_id=product, now=utc_now())
        return Response(status=204)

    @extend_schema(request=None, responses=_GONE)
    def delete(self, request: Request) -> Response:
        """Forget them all."""
        favourites.clear_footprints(self.member_id)
        return Response(status=204)


class ConsentsView(MemberView):
    """Texts that the member is asked to agree to."""

    @extend_schema(responses=DocumentShown(many=True))
    def get(self, request: Request) -> Response:
        """Return the newest version of each text, and what the member said last."""
        said = consents.consents_of(self.member_id)
        shown = [
            {
                "kind": document.kind,
                "version": document.version,
                "texts": document.texts,
                "is_required": document.is_required,
                "said": said.get(document.kind),
            }
            for document in consents.current_documents()
        ]
        return Response(DocumentShown(shown, many=True).data)

    @extend_schema(request=ConsentTold, responses={201: ConsentShown})
    def post(self, request: Request) -> Response:
        """Say yes or no to a version of a text."""
        values = told(ConsentTold, request)
        row = consents.say(
            self.member_id,
            ConsentKind(values["kind"]),
            version=values["version"],
            is_given=values["is_given"],
            now=utc_now(),
        )
        return Response(ConsentShown(row).data, status=201)


def _place(request: Request) -> tuple[Place, bool]:
    values = dict(told(PlaceTold, request))
    is_default: bool = values.pop("is_default")
    return Place(**values), is_default


def _invoicee(request: Request) -> tuple[Invoicee, bool]:
    values = dict(told(InvoiceeTold, request))
    is_default: bool = values.pop("is_default")
    return Invoicee(**values | {"kind": InvoiceKind(values["kind"])}), is_default
