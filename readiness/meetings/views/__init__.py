"""Pages of meetings: the list, a meeting, its room, its minutes, and the calendar."""
