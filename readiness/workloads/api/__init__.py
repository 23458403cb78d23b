"""The slice's API, a file per resource."""
