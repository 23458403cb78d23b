"""Reading: meetings, the room as it is now, what may go on an agenda, and calendars."""
