"""Forms of the pages of this slice."""
