"""Writing banks, assessments, components and who finds an unknown out; one verb per change, the same for page and API."""
