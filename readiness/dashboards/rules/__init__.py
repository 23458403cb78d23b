"""What pages of the portfolio show as plain data, and what follows from it alone."""
