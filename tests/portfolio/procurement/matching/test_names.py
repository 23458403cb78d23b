"""Keys of names, and what never matches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.procurement.rules.matching import THRESHOLD, Known, Match, Matcher, normalised

WORDS = st.sampled_from(
    ["Acme", "&", "and", "The", "Inc.", "L.L.C.", "GmbH", "S.A.", "(US)", "(AS)", "AI", "Systems", "Technologies", "Müller", "É",
    "St.", "3", "II", "dba", "f/k/a", "-", ",", "'", "Federal", "Univ", "of", "X", "Y.Z.", "Co"]
)  # fmt: skip
NAMES = st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=7).map(" ".join))


@given(NAMES)
def test_a_key_is_its_own_key(name: str) -> None:
    assert normalised(normalised(name)) == normalised(name)


@given(NAMES, NAMES)
def test_likeness_is_the_same_both_ways_round(one: str, other: str) -> None:
    matcher = Matcher([Known(1, one), Known(2, other)])
    assert matcher.score(one, 2) == pytest.approx(matcher.score(other, 1))
    assert 0.0 <= matcher.score(one, 2) <= 1.0


@given(NAMES)
def test_a_vendor_is_found_by_its_own_name_unless_that_says_nothing(name: str) -> None:
    best = Matcher([Known(7, name), Known(8, "Contoso Widgets")]).best(name)
    assert (best is not None and best.id == 7 and best.score == 1.0) if normalised(name) else best is None


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("The MathWorks, Inc.", "mathworks"),
        ("CACI, INC. - FEDERAL", "caci federal"),
        ("EXECUTIVE INFORMATION SYSTEMS, L.L.C.", "executive information systems"),
        ("SUNWAY UNIVERSITY SDN. BHD.", "sunway university"),
        ("PARTNERSHIP SOLUTIONS INTERNATIONAL, LTD CORP.", "partnership solutions international"),
        ("CREDENCE MANAGEMENT SOLUTIONS LIMITED LIABILITY COMPANY", "credence management solutions"),
        ("GEORGE WASHINGTON UNIVERSITY (THE)", "george washington university"),
        ("University of Florida (UF)", "university of florida"),
        ("Müller & Söhne GmbH & Co. KG", "muller sohne"),
        ("Société Générale S.A.", "societe generale"),
        ("A.I.S., INC.", "ais"),
        ("Acme Inc., Austin, TX 78701", "acme"),
        ("UNIVERSITY OF MARYLAND, COLLEGE PARK", "university of maryland college park"),
        ("Acme LLC d/b/a Brightline", "acme"),
        ("Acme&DBA", "acme"),
        ("FOCUS B.V.", "focus"),
        ("The Company", "company"),
        ("Inc.", "inc"),
        ("--", ""),
        ("", ""),
    ],
)
def test_keys(name: str, key: str) -> None:
    assert normalised(name) == key


REGISTER = Matcher(
    [
        Known(1, "Amazon Web Services, Inc.", aliases=("Amazon Cloud",)),
        Known(2, "Lambda, Inc."),
        Known(3, "Zolon PCS, LLC"),
        Known(4, "Accenture LLP"),
        Known(5, "Carnegie Mellon University"),
        Known(6, "Ask Sage, Inc."),
        Known(7, "Peraton Labs Inc."),
        Known(8, "Peraton Analytics LLC"),
        Known(9, "Nexus Holdings LLC dba Brightwater Analytics"),
        Known(10, "International Business Machines Corporation"),
    ]
)


@pytest.mark.parametrize(
    ("name", "vendor", "how"),
    [
        ("amazon web services, inc.", 1, "exact"),
        ("AMAZON CLOUD", 1, "alias"),
        ("Amazon Web Services", 1, "normalised"),
        ("AWS", 1, "fuzzy"),
        ("IBM", 10, "fuzzy"),
        ("Lambda Labs", 2, "fuzzy"),
        ("Carnegie Melon University", 5, "fuzzy"),
        ("ASkSage", 6, "fuzzy"),
        ("Brightwater Analytics", 9, "alias"),
        ("Brightwater Analytics, Inc. (formerly Nexus)", 9, "alias"),
    ],
)
def test_ways_to_the_same_vendor(name: str, vendor: int, how: str) -> None:
    best = REGISTER.best(name)
    assert best is not None and (best.id, best.how) == (vendor, how)
    assert best.score >= THRESHOLD


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "Inc.",
        "Technologies LLC",
        "Web Services",
        "Zolon PCS II, LLC",
        "Accenture Federal Services LLC",
        "Peraton",
        "Amazon Web Services EMEA SARL",
    ],
)
def test_what_is_no_vendor_of_the_register(name: str) -> None:
    """Nothing, what everybody is called, another number, an arm, and a name that two vendors share."""
    assert REGISTER.best(name) is None


def test_an_arm_is_proposed_its_parent() -> None:
    found = REGISTER.parent("Accenture Federal Services LLC")
    assert found is not None and (found.id, found.how) == (4, "arm")
    assert REGISTER.parent("Amazon Web Services EMEA SARL") == Match(1, THRESHOLD, "arm")
    assert REGISTER.parent("Accenture LLP") is None
    assert REGISTER.parent("Contoso Federal LLC") is None


def test_two_vendors_that_a_name_may_mean_are_both_proposed() -> None:
    assert {match.id for match in REGISTER.candidates("Peraton")} == {7, 8}
