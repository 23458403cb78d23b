"""The slice's API, a file per resource. Nobody votes, decides, waives or judges here: people do, on pages."""
