"""What goes in and out of the API of gates, in DOMAIN's words."""
