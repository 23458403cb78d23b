"""Judging a requirement against evidence (docs/evidence-verdicts.md): pure, the same answer for the same inputs in any order."""
