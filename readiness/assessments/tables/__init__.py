"""What pages show of banks, sheets and unknowns: plain rows, sentences and chart data, made ready for the templates."""
