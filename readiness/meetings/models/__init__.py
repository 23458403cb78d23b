"""Meetings with their agenda, who is invited and who was there, what was agreed, and calendars by link."""

from readiness.meetings.models.action import Action
from readiness.meetings.models.calendar import CalendarFeed
from readiness.meetings.models.meeting import AgendaItem, Meeting
from readiness.meetings.models.pack import Pack
from readiness.meetings.models.people import Attendance, Invitee

__all__ = ["Action", "AgendaItem", "Attendance", "CalendarFeed", "Invitee", "Meeting", "Pack"]
