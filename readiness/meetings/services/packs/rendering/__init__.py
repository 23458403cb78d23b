"""From frozen pages to a PDF, in a process of its own."""
