"""One module a layout: which columns it reads and what they mean in FOCUS words."""
