"""From figures to what a page prints: sentences, strips, charts, rows, each with the address of the rows behind it."""
