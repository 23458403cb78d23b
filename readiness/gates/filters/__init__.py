"""One filterset for each list, the same words on pages, in the API and in exports."""
