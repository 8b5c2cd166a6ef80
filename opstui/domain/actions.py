"""The one table of actions: bindings, palette, footer, help, key sheet and keymap checks are all made from it."""

from __future__ import annotations

from typing import NamedTuple


class Action(NamedTuple):
    """Something a person can do. ``id`` is ``pane.verb`` and is what a keymap names; ``keys`` are Textual key names.

    ``where`` lists the panes and widgets it works in (``*``: everywhere). ``hint`` is its word in the footer, where 0
    means never there and a smaller ``footer`` comes first. ``command`` is its twin on the command line.
    """

    id: str
    title: str
    help: str
    keys: tuple[str, ...]
    where: tuple[str, ...] = ("*",)
    hint: str = ""
    footer: int = 0
    command: str = ""
    group: str = "General"


def _verb(id: str, title: str, help: str, *keys: str, hint: str = "", footer: int = 0, command: str = "") -> Action:
    return Action(f"item.{id}", title, help, keys, ("triage", "standup", "log"), hint, footer, command, "Verdicts")


def _standup(id: str, title: str, help: str, *keys: str, command: str = "") -> Action:
    return Action(f"standup.{id}", title, help, keys, ("standup",), command=command, group="Stand-up")


ACTIONS: tuple[Action, ...] = (
    _verb(
        "accept", "Accept", "Take it into today's work; it leaves the queue.", "a", hint="accept", footer=1, command="accept"
    ),
    _verb("done", "Done", "It needs nothing more.", "d", hint="done", footer=5, command="done"),
    _verb("decline", "Decline", "Say no, with a reason.", "x", command="decline"),
    _verb("merge", "Merge into", "Fold it into another item that is about the same thing.", "m", command="merge"),
    _verb(
        "snooze",
        "Snooze",
        "Out of sight until a time: 2h, eod, mon 9, +3d; Tab says why.",
        "s",
        hint="snooze",
        footer=3,
        command="snooze",
    ),
    _verb(
        "assign",
        "Owner",
        "Give it to somebody; shows each person's open work and its oldest age first.",
        "o",
        hint="owner",
        footer=2,
        command="assign",
    ),
    _verb("priority", "Priority", "Set the priority, from critical to lowest.", "p", command="priority"),
    _verb("escalate", "Escalate", "Raise it to somebody who can decide.", "E", hint="escalate", footer=4, command="escalate"),
    _verb("wait", "Waiting on", "Park it on a person, with a date to nudge them.", "w", command="wait"),
    _verb(
        "stage",
        "Transition",
        "Move it along: what its tracker allows now, else to-do, doing, blocked or done here.",
        "T",
        command="transition",
    ),
    _verb("due", "Due date", "Until when it is wanted: fri, +3d, 2026-12-04, or no date.", "t", command="due"),
    _verb("labels", "Labels", "Add and remove labels: +audit -later.", "L", command="label"),
    _verb("comment", "Comment", "Write a comment on it.", "c", command="comment"),
    _verb("note", "Note", "Write a note, on the item under the cursor if there is one.", "n", command="note"),
    _verb("decision", "Decision", "Record what was decided, why, and what was dropped.", "D", command="decide"),
    _verb(
        "block", "For a block", "Put important, not urgent work on the list for a protected block.", "b", command="for-block"
    ),
    _verb(
        "release",
        "Release",
        "Back to the queue: the verdict goes; an owner, priority or stage set here stays.",
        "R",
        command="release",
    ),
    _verb("preview", "Preview", "Show or hide the detail beside the list.", "space"),
    _verb("open", "Open", "The whole item on a page of its own; what opstui says itself, where it can be mended.", "enter"),
    _verb("copy", "Copy", "Copy the ref and title.", "y"),
    _verb("mark", "Mark", "Mark the item; a verdict then applies to every marked one.", "v"),
    _verb("range", "Mark a range", "Mark from the last mark to the cursor.", "V"),
    _verb("alike", "Mark alike", "Mark every item like this one: same group, or same source and title.", "asterisk"),
    _verb("repeat", "Repeat", "Do the last verdict again, on this item.", "full_stop"),
    _verb("why", "Why here", "The score, term by term.", "W"),
    Action(
        "item.standard",
        "How it is done",
        "The standard work the item is under: tick its steps here, or say what was not done so.",
        ("H",),
        ("triage",),
        command="standard of",
        group="Verdicts",
    ),
    Action(
        "triage.changed",
        "Only changed",
        "Only what is new or moved since the last handoff.",
        ("equals_sign",),
        ("triage",),
        group="Triage",
    ),
    Action("triage.next_split", "Next split", "The next split, or place.", ("tab",), ("triage",), group="Triage"),
    Action(
        "triage.previous_split", "Previous split", "The split, or place, before.", ("shift+tab",), ("triage",), group="Triage"
    ),
    Action(
        "triage.places",
        "Places",
        "What was snoozed, accepted, given away, ended: place by place; again to go back.",
        ("S",),
        ("triage",),
        command="queue --place",
        group="Triage",
    ),
    Action(
        "triage.unfold",
        "Unfold group",
        "Show every item of a group, or fold it again.",
        ("right_square_bracket",),
        ("triage",),
        group="Triage",
    ),
    Action("triage.detail_down", "Scroll the detail", "Half a page down in the detail.", ("J",), ("triage",), group="Triage"),
    Action("triage.detail_up", "Scroll the detail back", "Half a page up in the detail.", ("K",), ("triage",), group="Triage"),
    _standup("next_view", "Next view", "Board, people, blockers, and so on.", "tab"),
    _standup("previous_view", "Previous view", "The view before.", "shift+tab"),
    _standup("next", "Next to speak", "Begin the stand-up; then the next who has not spoken.", "N", command="standup next"),
    _standup("back", "Back", "Who spoke before speaks again.", "B", command="standup back"),
    _standup("shuffle", "Shuffle", "Another order for those who have not spoken.", "H", command="standup shuffle"),
    _standup("absent", "Absent", "The person is not there today; again: is there.", "A", command="standup absent"),
    _standup(
        "edit",
        "Edit",
        "In place: what a person says, a blocker's owner and next step, a topic, the words of a nudge.",
        "e",
        command="standup say",
    ),
    _standup(
        "park", "Park a topic", "One line for the parking lot: what, @who, how many minutes.", "P", command="standup park"
    ),
    _standup(
        "answer",
        "What became of it",
        "Of a topic, a blocker, an escalation: how it ended, or goes on.",
        "Y",
        command="standup topic",
    ),
    _standup(
        "block",
        "Blocked",
        "Put it into the ledger: the item under the cursor, or what no tracker knows.",
        "X",
        command="blocker add",
    ),
    _standup("nudge", "Nudge", "Remind whoever is waited on.", "f"),
    _standup(
        "report", "Report", "The minutes as a page: copy as Markdown, for Slack, plain; or save them.", "M", command="standup"
    ),
    _standup("finish", "Finish", "End the stand-up; its report is kept.", "F", command="standup finish"),
    _standup("unfold", "Unfold", "Show what is folded away, or fold it again.", "right_square_bracket"),
    _standup("detail_down", "Scroll the page", "Half a page down.", "J"),
    _standup("detail_up", "Scroll the page back", "Half a page up.", "K"),
    Action("log.next_kind", "Next kind", "Notes, decisions, comments or actions only.", ("tab",), ("log",), group="Log"),
    Action("log.previous_kind", "Previous kind", "The kind before.", ("shift+tab",), ("log",), group="Log"),
    Action("log.withdraw", "Withdraw", "Strike out what was written; the journal keeps it.", ("X",), ("log",), group="Log"),
    Action("sources.detail_down", "Scroll the page", "Half a page down.", ("J", "space"), ("sources",), group="Sources"),
    Action("sources.detail_up", "Scroll the page back", "Half a page up.", ("K",), ("sources",), group="Sources"),
    Action(
        "sources.pause",
        "Pause or resume",
        "Leave the source alone, neither read nor written to, until the same key again.",
        ("P",),
        ("sources",),
        command="source pause",
        group="Sources",
    ),
    Action(
        "sources.test",
        "Test the credentials",
        "Try the source without reading it, and say what it answered.",
        ("t",),
        ("sources",),
        command="source test",
        group="Sources",
    ),
    Action(
        "sources.log",
        "Log of the connector",
        "The last words of the source's connector; again to go back.",
        ("L",),
        ("sources",),
        command="source log",
        group="Sources",
    ),
    Action(
        "sources.readonly",
        "Read-only",
        "Send nothing to any source, or send again; the head says so all day.",
        ("R",),
        ("sources",),
        group="Sources",
    ),
    Action(
        "outbox.mine",
        "Mine",
        "Send it anyway, over what stands at the source now.",
        ("m",),
        ("outbox",),
        command="outbox mine",
        group="Outbox",
    ),
    Action(
        "outbox.theirs",
        "Theirs",
        "Let what stands at the source stand; the change is dropped.",
        ("t",),
        ("outbox",),
        command="outbox drop",
        group="Outbox",
    ),
    Action(
        "outbox.edit", "Edit", "Send something else in its place.", ("e",), ("outbox",), command="outbox edit", group="Outbox"
    ),
    Action(
        "outbox.retry",
        "Try again",
        "Send it again now, not when its turn comes.",
        ("s",),
        ("outbox",),
        command="outbox retry",
        group="Outbox",
    ),
    Action(
        "outbox.drop",
        "Drop",
        "Take the change back before it is sent.",
        ("x",),
        ("outbox",),
        command="outbox drop",
        group="Outbox",
    ),
    Action(
        "outbox.release",
        "Send parked ones",
        "What was made while nothing is sent: this one, or all; says how many and where to first.",
        ("S",),
        ("outbox",),
        command="outbox release",
        group="Outbox",
    ),
    Action(
        "outbox.open",
        "Open",
        "The whole change on a page of its own; again to go back.",
        ("enter",),
        ("outbox",),
        group="Outbox",
    ),
    Action("outbox.detail_down", "Scroll the page", "Half a page down.", ("J", "space"), ("outbox",), group="Outbox"),
    Action("outbox.detail_up", "Scroll the page back", "Half a page up.", ("K",), ("outbox",), group="Outbox"),
    Action(
        "routines.open", "Steps", "Into the steps of the routine; there it ticks.", ("enter",), ("routines",), group="Routines"
    ),
    Action(
        "routines.tick",
        "Tick",
        "The step is done; on to the next one. A step that takes a reading or a remark asks for it.",
        ("space",),
        ("routines",),
        command="routine tick",
        group="Routines",
    ),
    Action(
        "routines.note",
        "Reading or remark",
        "Tick the step with a number or a few words.",
        ("e",),
        ("routines",),
        command="routine tick --note",
        group="Routines",
    ),
    Action(
        "routines.skip",
        "Skip",
        "Leave the step out, with the reason.",
        ("x",),
        ("routines",),
        command="routine skip",
        group="Routines",
    ),
    Action(
        "routines.untick",
        "Untick",
        "Take the tick of the step back; a signature falls with it.",
        ("U",),
        ("routines",),
        command="routine untick",
        group="Routines",
    ),
    Action(
        "routines.sign",
        "Sign",
        "Stand for a round whose steps are all over.",
        ("S",),
        ("routines",),
        command="routine sign",
        group="Routines",
    ),
    Action(
        "routines.waive",
        "Waive",
        "Give the round up for this time, with the reason.",
        ("W",),
        ("routines",),
        command="routine waive",
        group="Routines",
    ),
    Action("routines.detail_down", "Scroll the page", "Half a page down.", ("J",), ("routines",), group="Routines"),
    Action("routines.detail_up", "Scroll the page back", "Half a page up.", ("K",), ("routines",), group="Routines"),
    Action("list.down", "Down", "The next line.", ("j", "down"), ("list",), group="Moving"),
    Action("list.up", "Up", "The line before.", ("k", "up"), ("list",), group="Moving"),
    Action("list.page_down", "Page down", "A page down.", ("pagedown", "ctrl+d"), ("list",), group="Moving"),
    Action("list.page_up", "Page up", "A page up.", ("pageup", "ctrl+u"), ("list",), group="Moving"),
    Action("list.first", "First", "The first line.", ("home",), ("list",), group="Moving"),
    Action("list.last", "Last", "The last line.", ("end", "G"), ("list",), group="Moving"),
    Action("app.now", "Where the day is", "The pane that fits the hour: the queue, or the stand-up when it is time.", ("0",)),
    Action("app.triage", "Triage", "The triage queue.", ("1",), command="queue"),
    Action("app.standup", "Stand-up", "The board of the stand-up: what changed, is blocked, ages.", ("2",)),
    Action("app.log", "Log", "Notes, decisions and the journal.", ("6",), command="log search"),
    Action("app.sources", "Sources", "Every source's health.", ("7",), command="doctor"),
    Action("app.outbox", "Outbox", "What is on its way to the sources, and what came back.", ("O",), command="outbox list"),
    Action("app.routines", "Routines", "Checklists that come again: today's, ticked by key.", (), command="routine list"),
    Action(
        "app.goto",
        "Go to …",
        "g then a letter: t triage, u stand-up, l log, s sources, o outbox, r routines, g first line.",
        ("g",),
    ),
    Action(
        "app.filter",
        "Filter",
        "Narrow the list: words, or field op value.",
        ("slash",),
        hint="filter",
        footer=6,
        command="queue --query",
    ),
    Action("app.palette", "Palette", "Every action by name.", ("colon", "ctrl+p")),
    Action("app.capture", "Quick capture", "One line that becomes a note.", ("plus",), command="note"),
    Action("app.create", "New at a source", "One line that becomes an item in a tracker.", ("C",), command="create"),
    Action(
        "app.readonly",
        "Read-only",
        "Send nothing to any source, or send again; the head says so all day.",
        (),
        command="readonly",
    ),
    Action("app.refresh", "Refresh", "Pull every source now.", ("r",), command="sync"),
    Action("app.undo", "Undo", "Take back the last action, however many items it had.", ("z",), hint="undo", command="undo"),
    Action("app.redo", "Redo", "Do again what was undone.", ("Z",), command="redo"),
    Action("app.undo_list", "Undo list", "What undo would do, action by action.", ("ctrl+z",)),
    Action(
        "app.help", "Help", "Every key, searchable; Enter runs the row.", ("question_mark", "f1"), hint="all keys", footer=7
    ),
    Action("app.theme", "Theme", "Choose a theme.", ()),
    Action("app.back", "Back", "Close what is open, clear the filter or the marks.", ("escape",)),
    Action("app.quit", "Quit", "Leave; everything is kept.", ("q", "ctrl+c")),
)

BY_ID = {action.id: action for action in ACTIONS}
