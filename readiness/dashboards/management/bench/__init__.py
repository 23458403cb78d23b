"""What `manage.py bench` measures, one module for each kind of line."""
