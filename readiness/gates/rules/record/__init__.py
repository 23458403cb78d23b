"""The record of decisions: what one stands on, frozen and hashed, chained for each gate, and checked years later."""
