"""What nobody knows over the portfolio: grouped by question, row by row, and what one person is to find out."""
