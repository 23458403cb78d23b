"""Writing: meetings, their agenda and invitations, the room, and the minutes."""
