"""The weekly letter: wanted by a person, written by a job, stopped by a link."""
