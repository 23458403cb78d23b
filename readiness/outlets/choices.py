"""The words of what leaves the cockpit: files, mails, and panels in other people's pages."""

from enum import StrEnum


class Variant(StrEnum):
    """The two differ in what is money and nothing else."""

    MONEY = "money"
    PLAIN = "plain"


class SheetState(StrEnum):
    """Asked -> gathering (figures are read) -> printing -> ready | failed."""

    ASKED = "asked"
    GATHERING = "gathering"
    PRINTING = "printing"
    READY = "ready"
    FAILED = "failed"


UNDER_WAY = (SheetState.ASKED, SheetState.GATHERING, SheetState.PRINTING)


class PanelKind(StrEnum):
    """What an embedded panel shows."""

    STRIP = "strip"
    FLOW = "flow"
    RISK = "risk"
    ALL = "all"


PANEL_LABELS: dict[PanelKind, str] = {
    PanelKind.ALL: "Figures, flow and risk",
    PanelKind.STRIP: "Figures alone",
    PanelKind.FLOW: "Flow through the stages",
    PanelKind.RISK: "Risk distribution",
}


class Weekday(StrEnum):
    """`date.weekday()` as text."""

    MONDAY = "0"
    TUESDAY = "1"
    WEDNESDAY = "2"
    THURSDAY = "3"
    FRIDAY = "4"
    SATURDAY = "5"
    SUNDAY = "6"


WEEKDAY_LABELS: dict[Weekday, str] = {day: day.name.capitalize() for day in Weekday}


class What(StrEnum):
    """What a scheduled export holds."""

    INITIATIVES = "initiatives"
    PORTFOLIO = "portfolio"


WHAT_LABELS: dict[What, str] = {What.INITIATIVES: "Table of initiatives", What.PORTFOLIO: "Figures of the portfolio"}


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


FORMAT_LABELS: dict[Format, str] = {Format.CSV: "CSV", Format.XLSX: "Excel (XLSX)", Format.JSON: "JSON"}
# Figures of the portfolio are a tree, which no table holds.
FORMATS_OF: dict[What, tuple[Format, ...]] = {What.INITIATIVES: tuple(Format), What.PORTFOLIO: (Format.JSON,)}


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


EVERY_LABELS: dict[Every, str] = {
    Every.DAY: "Every day",
    Every.WEEK: "Every week, on Monday",
    Every.MONTH: "On the first of each month",
}


class FileState(StrEnum):
    """Asked -> ready | failed; removed once its days are over."""

    ASKED = "asked"
    READY = "ready"
    FAILED = "failed"
    REMOVED = "removed"
