"""The words of company names that say little: forms of companies, joining words, what everybody is called, arms and places."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# At the end of a name they are the legal form. The longer ones first, since "limited" ends some of them.
LEGAL_PHRASES: tuple[tuple[str, ...], ...] = (
    ("limited", "liability", "company"),
    ("limited", "liability", "partnership"),
    ("public", "limited", "company"),
    ("limited", "partnership"),
    ("gmbh", "co", "kg"),
    ("sdn", "bhd"),
    ("sp", "zoo"),
)

# These never mean anything else and are taken out wherever they stand behind the first word: "CACI, Inc. - Federal".
LEGAL_ANYWHERE = _words(
    "inc incorporated corp corporation llc llp lllp ltd limited gmbh pllc plc sarl ltda pty pte bhd oyj pvt aktiengesellschaft"
)
# These are words or initials, too, and count as a form at the very end only.
LEGAL_AT_END = LEGAL_ANYWHERE | _words("co company lp lc ag kg se sa sas sl srl spa nv bv ab as asa aps oy kk pbc pc kft doo ug")

JOINING = frozenset({"and", "the", "et", "und"})

ABBREVIATIONS = {
    "assoc": "associates",
    "centre": "center",
    "ctr": "center",
    "dept": "department",
    "govt": "government",
    "gov": "government",
    "inst": "institute",
    "intl": "international",
    "lab": "laboratories",
    "labs": "laboratories",
    "laboratory": "laboratories",
    "mfg": "manufacturing",
    "natl": "national",
    "svcs": "services",
    "univ": "university",
    "usg": "government",
}

# Words that companies add to what tells them apart. The inverse frequency over the known vendors says the same of a large
# register; a register of ten vendors cannot know it.
GENERIC = _words(
    """
    ai advanced advisors aerospace analytics applied associates business capital center cloud communications company computer
    computers computing concepts consultants consulting cyber data defense design development digital dynamics education
    electronics energy engineering enterprise enterprises foundation general global group health healthcare holding holdings
    industries industry information innovation innovations institute integrated intelligence international it laboratories
    learning logistics management manufacturing medical media national network networks of for in on at partners partnership
    products professional research sciences science scientific security sensor service services software solution solutions
    space strategies strategic studio studios supply support system systems tech technical technologies technology university
    ventures works worldwide
    """
)

# Who governs a university is not part of what it is called.
GOVERNING = _words("of at in for regents trustees board governors")

# Behind the first word they make a name the arm of a company for one government or one country.
GOVERNMENT_ARMS = frozenset({"federal", "fed", "government"})
GOVERNMENT_PHRASES: tuple[tuple[str, ...], ...] = (("public", "sector"), ("national", "security"))
NATIONAL_ARMS = _words(
    """
    us usa uk eu emea apac latam america americas europe asia canada deutschland germany france ireland india japan china
    singapore australia italia espana brasil mexico nederland schweiz switzerland polska israel nordics
    """
)

# Places of an address: countries, and the states of the United States with their codes.
COUNTRIES = _words(
    "us usa uk england scotland canada germany france ireland india japan israel australia switzerland italy spain singapore"
) | {
    "united states",
    "united states of america",
    "united kingdom",
}
STATES = _words(
    """
    al ak az ar ca co ct de dc fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc
    sd tn tx ut vt va wa wv wi wy pr alabama alaska arizona arkansas california colorado connecticut delaware florida georgia
    hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi
    missouri montana nebraska nevada ohio oklahoma oregon pennsylvania tennessee texas utah vermont virginia washington
    wisconsin wyoming
    """
) | {
    "new hampshire",
    "new jersey",
    "new mexico",
    "new york",
    "north carolina",
    "north dakota",
    "rhode island",
    "south carolina",
    "south dakota",
    "west virginia",
    "district of columbia",
    "puerto rico",
}
PLACES = COUNTRIES | STATES

ROMAN = frozenset({"ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii"})
