"""Pages of meetings."""

from django.urls import URLPattern, path

from readiness.meetings.views import agenda, calendars, holding, inviting, lists, minutes, noting, packs, planning, room

app_name = "meetings"
urlpatterns: list[URLPattern] = [
    path("meetings/", lists.meetings, name="list"),
    path("meetings/new/", planning.new, name="new"),
    path("meetings/calendar/", calendars.calendar, name="calendar"),
    path("meetings/calendar/revoke/", calendars.revoke, name="calendar_revoke"),
    path("calendar/<str:secret>/meetings.ics", calendars.feed, name="feed"),
    path("meetings/<int:pk>/", lists.meeting, name="meeting"),
    path("meetings/<int:pk>/edit/", planning.edit, name="edit"),
    path("meetings/<int:pk>/open/", planning.open_, name="open"),
    path("meetings/<int:pk>/cancel/", planning.cancel, name="cancel"),
    path("meetings/<int:pk>/invitees/", inviting.invite, name="invite"),
    path("meetings/<int:pk>/invitees/remove/", inviting.uninvite, name="uninvite"),
    path("meetings/<int:pk>/answer/", inviting.answer, name="answer"),
    path("meetings/<int:pk>/agenda/", agenda.add, name="agenda_add"),
    path("meetings/<int:pk>/agenda/<int:item>/minutes/", agenda.minutes, name="item_minutes"),
    path("meetings/<int:pk>/agenda/<int:item>/move/", agenda.move, name="item_move"),
    path("meetings/<int:pk>/agenda/<int:item>/remove/", agenda.remove, name="item_remove"),
    path("meetings/<int:pk>/agenda/<int:item>/start/", holding.start_item, name="item_start"),
    path("meetings/<int:pk>/agenda/<int:item>/votes/", holding.show_votes, name="show_votes"),
    path("meetings/<int:pk>/agenda/<int:item>/vote/", holding.vote, name="vote"),
    path("meetings/<int:pk>/agenda/<int:item>/notes/", noting.notes, name="item_notes"),
    path("meetings/<int:pk>/start/", holding.start, name="start"),
    path("meetings/<int:pk>/room/", room.room, name="room"),
    path("meetings/<int:pk>/room/live/", room.live, name="room_live"),
    path("meetings/<int:pk>/room/end/", holding.end_item, name="item_end"),
    path("meetings/<int:pk>/room/attend/", holding.attend, name="attend"),
    path("meetings/<int:pk>/room/leave/", holding.leave, name="leave"),
    path("meetings/<int:pk>/notes/", noting.notes, name="notes"),
    path("meetings/<int:pk>/actions/", noting.add_action, name="action_add"),
    path("meetings/<int:pk>/actions/<int:action>/remove/", noting.remove_action, name="action_remove"),
    path("meetings/<int:pk>/actions/<int:action>/done/", noting.finish_action, name="action_done"),
    path("meetings/<int:pk>/close/", minutes.close, name="close"),
    path("meetings/<int:pk>/minutes/", minutes.minutes, name="minutes"),
    path("meetings/<int:pk>/minutes/text/", minutes.minutes_file, name="minutes_file"),
    path("meetings/<int:pk>/minutes/pdf/", packs.minutes_pdf, name="minutes_pdf"),
    path("meetings/<int:pk>/packs/", packs.packs, name="packs"),
    path("meetings/<int:pk>/packs/make/", packs.make, name="pack_make"),
    path("meetings/<int:pk>/packs/<int:number>/file/", packs.file, name="pack_file"),
    path("meetings/<int:pk>/packs/<int:number>/send/", packs.send, name="pack_send"),
    path("meetings/<int:pk>/packs/<int:number>/again/", packs.again, name="pack_again"),
]
