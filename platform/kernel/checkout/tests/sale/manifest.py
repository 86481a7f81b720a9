"""What the sale says of itself."""

from __future__ import annotations

from kernel.modules.manifest import Guard, Hold, Manifest, OrderHook, PriceStep, Text

_WORK = "kernel.checkout.tests.sale.work"

manifest = Manifest(
    code="sale",
    package="kernel.checkout.tests.sale",
    name=Text("测试", "Sale"),
    version="1.0.0",
    summary=Text("仅供测试。", "For tests only."),
    category="tests",
    price_steps=(
        PriceStep("coupon", f"{_WORK}:take_coupon", order=310),
        PriceStep("price", f"{_WORK}:set_prices", order=210),
    ),
    guards=(Guard("few", f"{_WORK}:refuse_many"),),
    holds=(Hold("places", f"{_WORK}:take_places"),),
    order_hooks=(OrderHook("paid", f"{_WORK}:tag_orders"),),
)
