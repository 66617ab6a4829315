"""Which old article backs which subsidy: each article one at most, shared out so that as many subsidies as possible hold."""

from __future__ import annotations

from collections.abc import Sequence, Set


def backing(subsidies: Sequence[Set[str]], articles: Sequence[str]) -> tuple[int, ...] | None:
    """For each subsidy, by the kinds it asks for, the place of the article that backs it; None where the articles are too few.

    An earlier article is preferred; augmenting paths, so that no order of asking leaves a subsidy without an article it could have.
    """
    owner: dict[int, int] = {}

    def found(subsidy: int, seen: set[int]) -> bool:
        for place, kind in enumerate(articles):
            if kind in subsidies[subsidy] and place not in seen:
                seen.add(place)
                if place not in owner or found(owner[place], seen):
                    owner[place] = subsidy
                    return True
        return False

    if not all(found(subsidy, set()) for subsidy in range(len(subsidies))):
        return None
    places = {subsidy: place for place, subsidy in owner.items()}
    return tuple(places[subsidy] for subsidy in range(len(subsidies)))
