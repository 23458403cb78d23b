"""Pure parsers of the files that the register owns: no database, no framework, no clock."""
