"""What follows from plain values alone: whether rights still hold, and when something is due."""
