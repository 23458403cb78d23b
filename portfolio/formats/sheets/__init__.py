"""Sheets of any kind (budgets, rates, purchases) by mapping: fields of the caller, columns of the file, typed cells."""
