"""What pages of risk show, as plain rows."""
