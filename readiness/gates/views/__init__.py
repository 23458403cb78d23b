"""Pages of gates."""
