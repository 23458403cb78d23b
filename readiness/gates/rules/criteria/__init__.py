"""Verdicts of criteria: one evaluator for each kind of rule, from plain facts. Nothing unknown or stale is ever met."""
