"""Pages that one starts from, and the panels that they load."""
