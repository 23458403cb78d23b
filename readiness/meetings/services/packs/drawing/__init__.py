"""The charts of packs as SVG: the same figures give the same bytes, letters stay letters, and grey paper loses nothing."""

from readiness.meetings.services.packs.drawing.canvas import faces
from readiness.meetings.services.packs.drawing.charts import draw

__all__ = ["draw", "faces"]
