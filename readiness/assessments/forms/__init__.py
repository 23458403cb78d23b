"""Forms of assessments, components, banks and the unknowns list."""
