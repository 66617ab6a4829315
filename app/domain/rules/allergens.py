"""Which allergy classes a product falls in: by its own record, and by its ingredients through the pack's table."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.rules.law import Terms
from app.records.catalogue import Product


def class_of_ingredient(terms: Terms) -> Mapping[str, tuple[str, ...]]:
    """Ingredient → classes, turned round from the pack's table of class → ingredients."""
    turned: dict[str, tuple[str, ...]] = {}
    for code, ingredients in terms.table("ingredients").items():
        for ingredient in ingredients:
            turned[ingredient] = (*turned.get(ingredient, ()), code)
    return turned


def classes_of(product: Product, by_ingredient: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Every allergy class of a product."""
    found = {code for code in product.allergy_classes.split(";") if code}
    for ingredient in product.ingredients.split(";"):
        found.update(by_ingredient.get(ingredient.strip(), ()))
    return frozenset(found)


def comparable(product: Product) -> bool:
    """Whether anything is known of what the product holds."""
    return bool(product.ingredients.strip("; ") or product.allergy_classes.strip("; "))
