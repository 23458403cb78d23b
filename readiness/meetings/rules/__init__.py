"""Pure rules of meetings: states, the clock, the text of minutes, and calendars."""
