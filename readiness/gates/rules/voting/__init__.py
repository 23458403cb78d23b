"""Votes: who sits at a gate, who stands for whom, what was voted, whether enough were there, and what it comes to."""
