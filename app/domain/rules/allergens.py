"""Which allergy classes a product falls in: by its own record, and by its ingredients through the pack's table."""

from __future__ import annotations

from app.domain.rules.law import Terms
from app.records.catalogue import Product


class Allergens:
    """The pack's table of class → ingredients, turned round; remembers what it answered."""

    def __init__(self, terms: Terms | None) -> None:
        """Without terms only what products say of themselves is known."""
        self._classes: dict[str, tuple[str, ...]] = {}
        self._known: dict[tuple[str, str], frozenset[str]] = {}
        for code, ingredients in terms.table("ingredients").items() if terms is not None else ():
            for ingredient in ingredients:
                self._classes[ingredient] = (*self._classes.get(ingredient, ()), code)

    def of(self, product: Product) -> frozenset[str]:
        """Every allergy class of a product."""
        key = (product.ingredients, product.allergy_classes)
        found = self._known.get(key)
        if found is None:
            named = {code for code in product.allergy_classes.split(";") if code}
            for ingredient in product.ingredients.split(";"):
                named.update(self._classes.get(ingredient.strip(), ()))
            found = self._known[key] = frozenset(named)
        return found


def allergens(terms: Terms) -> Allergens:
    """The allergens of a pack's terms, turned round once."""
    return terms.derived("allergens", Allergens)


def comparable(product: Product) -> bool:
    """Whether anything is known of what the product holds."""
    return bool(product.ingredients.strip("; ") or product.allergy_classes.strip("; "))
