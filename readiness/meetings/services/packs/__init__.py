"""Packs: what is read for them, how they are frozen, printed, sent and given out."""
