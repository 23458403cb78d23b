"""Files of strangers, read in a process that may die of them."""
