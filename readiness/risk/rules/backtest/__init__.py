"""Scoring kept figures against what came of them: which are scored, against what, and how it is said."""
