from milestone.domain import event_fields, events


def test_no_own_field_hides_one_that_every_event_has():
    common = {"seq", "at", "actor", "kind", "milestone", "task", "session", "operation"}

    hidden = {kind for kind, known in events.KINDS.items() if common & {name.rstrip("?") for name in known.fields}}

    assert hidden == set()


def test_what_does_not_fit_is_named():
    assert event_fields.problems("task.teleported", {}) == ["unknown event kind task.teleported"]
    assert event_fields.problems("task.blocked", {"cause": 3, "whom": "x"}) == [
        "task.blocked: unknown field whom",
        "task.blocked: reason is missing",
        "task.blocked: cause is no text",
    ]
    assert event_fields.problems("task.assigned", {"assigned_to": None}) == []
