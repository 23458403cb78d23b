"""Panels by a secret address: made and revoked by people, read by whoever has the address."""
