"""How the OpenAPI documents of the APIs are made; see `config.dev.openapi`."""

from __future__ import annotations

from typing import Any

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "OAS_VERSION": "3.1.0",
    "VERSION": "1",
    "DEFAULT_GENERATOR_CLASS": "drf_spectacular.generators.SchemaGenerator",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "CartPurpose": "kernel.cart.choices.CartPurpose.choices",
        "WarningCode": "kernel.cart.choices.WarningCode.choices",
        "CartGroupFulfilment": "kernel.cart.choices.Fulfilment.choices",
        "DropReason": "kernel.cart.choices.DropReason.choices",
        "ProductKind": "kernel.catalogue.choices.ProductKind.choices",
        "ProductStatus": "kernel.catalogue.choices.ProductStatus.choices",
        "VariantStatus": "kernel.catalogue.choices.VariantStatus.choices",
        "OutOfStock": "kernel.catalogue.choices.OutOfStock.choices",
        "AfterSalePolicy": "kernel.catalogue.choices.AfterSalePolicy.choices",
        "PictureState": "kernel.catalogue.choices.PictureState.choices",
        "CategoryPurpose": "kernel.catalogue.choices.CategoryPurpose.choices",
        "CollectionKind": "kernel.catalogue.choices.CollectionKind.choices",
        "ShippingRate": "kernel.checkout.choices.Rate.choices",
        "ImportKind": "kernel.dataio.choices.ImportKind.choices",
        "ImportState": "kernel.dataio.choices.ImportState.choices",
        "FulfilmentState": "kernel.fulfilment.choices.FulfilmentState.choices",
        "LocationKind": "kernel.inventory.choices.LocationKind.choices",
        "MovementKind": "kernel.inventory.choices.MovementKind.choices",
        "TransferState": "kernel.inventory.choices.TransferState.choices",
        "CodePurpose": "kernel.members.choices.CodePurpose.choices",
        "InvoiceKind": "kernel.members.choices.InvoiceKind.choices",
        "ConsentKind": "kernel.members.choices.ConsentKind.choices",
        "OrderStatus": "kernel.orders.choices.OrderStatus.choices",
        "PaymentStatus": "kernel.orders.choices.PaymentStatus.choices",
        "FulfilmentStatus": "kernel.orders.choices.FulfilmentStatus.choices",
        "FulfilmentMethod": "kernel.orders.choices.FulfilmentMethod.choices",
        "PaymentEntryKind": "kernel.orders.choices.PaymentEntryKind.choices",
        "ChangeState": "kernel.orders.choices.ChangeState.choices",
        "IntentState": "kernel.payments.choices.IntentState.choices",
        "Verdict": "kernel.payments.choices.Verdict.choices",
        "PromotionMatch": "kernel.promotions.choices.Match.choices",
        "CouponKind": "kernel.promotions.choices.CouponKind.choices",
        "CouponChannel": "kernel.promotions.choices.Channel.choices",
        "CouponState": "kernel.promotions.choices.CouponState.choices",
        "CodeBatchState": "kernel.promotions.choices.BatchState.choices",
        "ReviewState": "kernel.reviews.choices.ReviewState.choices",
        "ReviewPart": "kernel.reviews.choices.ReviewPart.choices",
        "ReviewKind": "kernel.reviews.selectors.KINDS",
        "PriceStepKind": "kernel.pricing.values.STEP_KINDS",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "kernel.api.openapi.refusals.add_refusals",
    ],
}
REST_FRAMEWORK_SCHEMA = {
    "DEFAULT_SCHEMA_CLASS": "kernel.api.openapi.operations.OperationSchema",
}
"""Merge into ``REST_FRAMEWORK``."""
