"""How published figures are told apart."""

from enum import StrEnum


class StatisticKind(StrEnum):
    """`cited`: surveys and articles, mostly retold. `register`: counted in public registers of real initiatives."""

    CITED = "cited"
    REGISTER = "register"
