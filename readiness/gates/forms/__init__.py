"""Forms of gates."""
