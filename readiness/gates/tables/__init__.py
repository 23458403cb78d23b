"""What the pages of gates show, as display rows."""
