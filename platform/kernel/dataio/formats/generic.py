"""Any table: columns are mapped to fields, and rows of one product stand together.

Rows with the same handle (or, without one, the same title) are one product's
variants when options are mapped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from kernel.catalogue.texts import handle_of
from kernel.common.errors import DomainError
from kernel.dataio.errors import InvalidMapping, RowRefused
from kernel.dataio.records import (
    ProductRecord,
    VariantRecord,
    at_line,
    read_count,
    read_grams,
    read_list,
    read_price,
    read_switch,
)
from kernel.dataio.tables import Row

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "handle": ("handle", "slug", "url"),
    "title": ("title", "name", "product name", "商品名称", "名称", "标题", "商品标题"),
    "description_html": ("description", "body", "商品详情", "详情", "描述", "商品描述"),
    "summary": ("summary", "short description", "subtitle", "副标题", "简介", "卖点"),
    "brand": ("brand", "vendor", "品牌"),
    "tags": ("tags", "标签"),
    "categories": ("category", "categories", "分类", "商品分类", "类目"),
    "published": ("published", "status", "上架", "是否上架", "状态"),
    "option1": ("option1", "option 1", "color", "colour", "颜色", "规格", "规格1"),
    "option2": ("option2", "option 2", "size", "尺码", "尺寸", "规格2"),
    "option3": ("option3", "option 3", "规格3"),
    "sku": ("sku", "code", "商品编码", "货号", "编码", "sku编码"),
    "barcode": ("barcode", "ean", "upc", "gtin", "条码", "条形码"),
    "price": ("price", "售价", "价格", "单价", "销售价"),
    "compare_at": ("compare at", "list price", "market price", "原价", "市场价", "划线价"),
    "weight_grams": ("weight", "grams", "weight (g)", "重量", "重量(克)", "重量（克）"),
    "volume_cm3": ("volume", "volume (cm3)", "体积", "体积(cm3)", "体积（立方厘米）"),
    "freight_template": ("freight template", "shipping template", "运费模板"),
    "stock": ("stock", "quantity", "qty", "库存", "数量"),
    "pictures": ("images", "image", "pictures", "image url", "图片", "主图", "商品图片"),
}
_OPTIONS: Final = ("option1", "option2", "option3")


def proposed(columns: Sequence[str]) -> dict[str, str]:
    """Return the column of each field, as far as names tell."""
    by_name = {name.lower(): name for name in reversed(columns)}
    found = {}
    for field, names in FIELDS.items():
        match = next((by_name[name] for name in names if name in by_name), None)
        if match is not None:
            found[field] = match
    return found


def checked_mapping(mapping: Mapping[str, object], columns: Sequence[str]) -> dict[str, str]:
    """Return a mapping that can be used.

    Raises:
        InvalidMapping: a field or column is not there, or there is no title.
    """
    unknown = [key for key in mapping if key not in FIELDS]
    absent = [str(value) for value in mapping.values() if value not in columns]
    if unknown or absent:
        raise InvalidMapping(unknown=unknown[:20], absent=[name[:80] for name in absent[:20]])
    if "title" not in mapping:
        raise InvalidMapping(missing=["title"])
    return {key: str(value) for key, value in mapping.items()}


def groups(
    rows: Iterable[Row], mapping: Mapping[str, str]
) -> Iterator[ProductRecord | tuple[int, str, DomainError]]:
    """Yield a product for rows that stand together."""
    options = {name: mapping[name] for name in _OPTIONS if name in mapping}
    told = (
        (line, {field: row.get(column, "") for field, column in mapping.items()})
        for line, row in rows
    )
    seen: set[int] = set()
    for name, own in groupby(told, key=lambda row: _key(row, has_options=bool(options))):
        found = list(own)
        line, first = found[0]
        mark = hash(name)
        known = first.get("handle") or first.get("title") or first.get("sku") or ""
        if mark in seen:
            yield line, known, RowRefused(column="handle", reason="duplicate")
            continue
        seen.add(mark)
        try:
            record = _product(found, options)
        except RowRefused as refusal:
            yield line, known, refusal
            continue
        if not record.handle and not any(item.sku for item in record.variants):
            # The name is all by which it can be found again.
            record.handle, record.is_named = handle_of(record.title), True
            mark = hash(f"handle:{record.handle}")
            if record.handle and mark in seen:
                yield line, known, RowRefused(column="title", reason="duplicate")
                continue
            seen.add(mark)
        yield record


def _key(row: Row, *, has_options: bool) -> str:
    line, told = row
    if told.get("handle"):
        return f"handle:{handle_of(told['handle']) or told['handle']}"
    if has_options and told.get("title"):
        return f"title:{told['title']}"
    return f"sku:{told['sku']}" if told.get("sku") else f"line:{line}"


def _product(rows: Sequence[Row], options: Mapping[str, str]) -> ProductRecord:
    line, first = rows[0]
    used = [name for name in options if any(row.get(name) for _line, row in rows)]
    if len(rows) > 1 and not used:
        raise RowRefused(column="handle", reason="duplicate", line=rows[1][0])
    record = ProductRecord(
        line=line,
        handle=first.get("handle", ""),
        title=first.get("title", ""),
        description_html=first.get("description_html"),
        summary=first.get("summary"),
        brand=first.get("brand", ""),
        tags=read_list(first["tags"]) if "tags" in first else None,
        published=read_switch(first.get("published", ""), "published"),
        freight_template=first.get("freight_template"),
        options=[options[name] for name in used],
        categories=[
            tuple(read_list(place, ">")) for place in read_list(first.get("categories", ""), ";")
        ],
    )
    for number, row in rows:
        for url in read_list(row.get("pictures", "")):
            record.pictures.setdefault(url, "")
        record.variants.append(_variant(number, row, used))
    return record


def _variant(line: int, row: Mapping[str, str], used: Sequence[str]) -> VariantRecord:
    values = tuple(row.get(name, "") for name in used)
    if not all(values):
        raise RowRefused(column=used[values.index("")], reason="missing", line=line)
    with at_line(line):
        grams = read_grams(row.get("weight_grams", ""), "g", "weight_grams")
        volume = read_count(row.get("volume_cm3", ""), "volume_cm3")
        stock = read_count(row.get("stock", ""), "stock")
    return VariantRecord(
        line=line,
        values=values,
        sku=row.get("sku", ""),
        barcode=row.get("barcode", ""),
        price=read_price(row.get("price", "")),
        compare_at=read_price(row.get("compare_at", "")),
        weight_grams=grams,
        volume_cm3=volume,
        stock=stock,
    )
