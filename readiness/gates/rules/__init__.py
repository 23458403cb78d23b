"""The pure rules of gates: templates, verdicts of criteria, recommendation, votes, decisions and the record that stands."""
