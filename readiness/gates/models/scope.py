"""Rows of gates belong to an initiative and are seen by those who see it."""

from portfolio.kit.scope import Row, ScopedQuerySet


class InitiativeQuerySet(ScopedQuerySet[Row]):
    unit_path_lookup = "initiative__unit__path"
    demo_lookup = "initiative__demo"


class ReviewQuerySet(ScopedQuerySet[Row]):
    """Rows that hang on a review."""

    unit_path_lookup = "review__initiative__unit__path"
    demo_lookup = "review__initiative__demo"
