"""Which vendor a written name means: `normalised`, `Matcher` and `Match`, described in docs/vendors.md.

Same vendor means the same contract partner. A government or national arm ("Accenture Federal Services") is a partner of its
own: `Matcher.best` never takes it for its parent, `Matcher.parent` proposes the link.
"""

from portfolio.procurement.rules.matching.matcher import THRESHOLD, Known, Match, Matcher
from portfolio.procurement.rules.matching.names import is_arm, normalised

__all__ = ["THRESHOLD", "Known", "Match", "Matcher", "is_arm", "normalised"]
