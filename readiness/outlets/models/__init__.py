"""What leaves the cockpit, each with whose it is and under which rights it was made."""

from readiness.outlets.models.exports import Export, ExportFile
from readiness.outlets.models.letters import Letter
from readiness.outlets.models.panels import Panel, PanelPace
from readiness.outlets.models.sheets import Sheet

__all__ = ["Export", "ExportFile", "Letter", "Panel", "PanelPace", "Sheet"]
