"""Packs and minutes as pages: what stands in them, as plain data that a template prints and no template can misread."""
