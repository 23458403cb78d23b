"""Pages of assessments, question banks and unknowns."""
