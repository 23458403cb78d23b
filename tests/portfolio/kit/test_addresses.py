"""Addresses of many rows are those that Django gives one by one."""

import pytest
from django.urls import NoReverseMatch, get_script_prefix, reverse, set_script_prefix

from portfolio.kit.addresses import numbered


@pytest.mark.parametrize("route", ["procurement:purchase", "procurement:vendor", "silos:finding"])
def test_the_address_of_a_row_is_that_of_its_route(route: str) -> None:
    usual = get_script_prefix()
    try:
        for prefix in ("/", "/below/"):
            set_script_prefix(prefix)
            assert [numbered(route)(number) for number in (1, 70)] == [reverse(route, args=[number]) for number in (1, 70)]
    finally:
        set_script_prefix(usual)


def test_a_route_that_is_not_there_has_no_address() -> None:
    with pytest.raises(NoReverseMatch):
        numbered("procurement:nothing")
