"""Pages of what leaves the cockpit, and what is reached without any page."""
