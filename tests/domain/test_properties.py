"""What always holds, whatever people, programs and hand edits do in whatever order."""

import json
import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from milestone import errors
from milestone.domain import event_fields, graph, states, tasks
from milestone.domain.decide import creation, task, task_fields
from milestone.domain.document import Event
from milestone.domain.evolve import EVOLVE, evolve, fold
from milestone.operations import removing, update
from milestone.operations import task as operation
from milestone.operations.update import Update
from milestone.testing.workspaces import a_workspace, as_

EXAMPLES = int(os.environ.get("MILESTONE_EXAMPLES", "15"))
WHO = st.sampled_from(["ana", "ben", "agent:builder"])
PICK = st.integers(0, 5)
TASK_STATES = st.sampled_from([state.value for state in states.TaskState])
MILESTONE_STATES = st.sampled_from([state.value for state in states.MilestoneState])
ACTS = {"unblock": task.unblock, "retry": task.retry, "cancel": task.cancel, "reopen": task.reopen}


class Project(RuleBasedStateMachine):
    """Two people and a program, who also edit files."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.workspace = a_workspace(self.folder)
        self.planned = 0

    def teardown(self):
        self.workspace.store.close()
        shutil.rmtree(self.folder)

    @initialize()
    def two_plans(self):
        self.plan(3, 0, False)
        self.plan(3, 0, True)

    def known(self):
        with self.workspace.reading() as reading:
            return list(reading.find("milestone"))

    def some_task(self, pick):
        refs = [f"{d.body['id']}/{t['id']}" for d in self.known() for t in tasks.of(d.body)]
        return refs[pick % len(refs)] if refs else None

    def some_milestone(self, pick):
        found = self.known()
        return found[pick % len(found)] if found else None

    def tried(self, act):
        """Do something that rules may refuse; a bug is any other error."""
        try:
            return act()
        except errors.MilestoneError as error:
            assert error.exit_code in (2, 3, 5, 6, 7), error
            assert error.message and error.code != "error"
            return None

    @rule(names=st.integers(0, 3), needs=PICK, linked=st.booleans())
    def plan(self, names, needs, linked):
        before = self.some_milestone(needs)
        draft = {
            "title": f"Goal {names}",
            "tasks": [
                {"title": f"t{n}", "dependencies": [f"t{n - 1}"] if n and linked else []} for n in range(names)
            ],
            "dependencies": [before.body["id"]] if before and linked else [],
            "success_criteria": ["it runs"],
        }
        self.planned += 1
        uid = f"{self.planned:032x}"
        self.tried(lambda: self.workspace.write(lambda _txn, ctx: creation.create([draft], [uid], ctx)))

    @rule(who=WHO, pick=PICK, override=st.sampled_from([None, "hurry"]))
    def start(self, who, pick, override):
        if ref := self.some_task(pick):
            self.tried(lambda: operation.begin(as_(self.workspace, who), self.folder, [ref], override))

    @rule(who=WHO, pick=PICK, other=PICK)
    def done(self, who, pick, other):
        if ref := self.some_task(pick):
            refs = [ref, self.some_task(other)]
            self.tried(lambda: operation.done(as_(self.workspace, who), self.folder, operation.Done(refs=refs)))

    @rule(pick=PICK, act=st.sampled_from(sorted(ACTS)), reason=st.sampled_from([None, "because"]))
    def act_on_a_task(self, pick, act, reason):
        if ref := self.some_task(pick):
            self.tried(
                lambda: operation.apply(
                    self.workspace,
                    self.folder,
                    [ref],
                    lambda document, name, ctx: ACTS[act](document, task.Act(task=name, reason=reason), ctx),
                )
            )

    @rule(pick=PICK, fails=st.booleans())
    def block_or_fail(self, pick, fails):
        if ref := self.some_task(pick):
            made = (
                (lambda document, name, ctx: task.fail(document, task.FailTask(task=name, reason="red"), ctx))
                if fails
                else (lambda document, name, ctx: task.block(document, task.BlockTask(task=name, reason="x"), ctx))
            )
            self.tried(lambda: operation.apply(self.workspace, self.folder, [ref], made))

    @rule(pick=PICK, parent=st.booleans())
    def add_a_task(self, pick, parent):
        if ref := self.some_task(pick):
            milestone, _, name = ref.partition("/")
            request = task_fields.AddTask(
                title="more", after=[] if parent else [name], parent=name if parent else None
            )
            self.tried(lambda: operation.add(self.workspace, self.folder, milestone, request))

    @rule(pick=PICK, status=MILESTONE_STATES, who=WHO)
    def set_status(self, pick, status, who):
        if found := self.some_milestone(pick):
            request = Update(status=status, note="why")
            opened = as_(self.workspace, who)
            self.tried(lambda: update.apply(opened, self.folder, [found.body["id"]], request))

    @rule(pick=PICK, other=PICK, drop=st.booleans())
    def depend(self, pick, other, drop):
        one, two = self.some_milestone(pick), self.some_milestone(other)
        if one and two:
            on = [two.body["id"]]
            request = Update(no_depends_on=on) if drop else Update(depends_on=on)
            self.tried(lambda: update.apply(self.workspace, self.folder, [one.body["id"]], request))

    @rule(pick=PICK, met=st.booleans(), who=WHO)
    def say(self, pick, met, who):
        if found := self.some_milestone(pick):
            request = Update(met=["it runs"]) if met else Update(unmet=["it runs"])
            opened = as_(self.workspace, who)
            self.tried(lambda: update.apply(opened, self.folder, [found.body["id"]], request))

    @rule(pick=PICK, again=st.booleans())
    def delete_or_reopen(self, pick, again):
        if found := self.some_milestone(pick):
            act = removing.reopen if again else removing.delete
            self.tried(lambda: act(self.workspace, self.folder, [found.body["id"]], "because"))

    @rule(pick=PICK, status=TASK_STATES)
    def type_a_status(self, pick, status):
        if ref := self.some_task(pick):
            milestone, _, name = ref.partition("/")
            document = next(d for d in self.known() if d.body["id"] == milestone)
            edit = {"via": "hand", "set": {f"tasks/{name}/status": status}}
            event = Event(
                kind="document.edited", document="milestone", uid=document.uid, milestone=milestone, data=edit
            )
            self.workspace.write(lambda _txn, _ctx: [event])

    @invariant()
    def documents_are_the_fold_of_the_events(self):
        with self.workspace.reading() as reading:
            log = list(reading.events())
            for (kind, uid), document in fold(log).items():
                assert reading.load(kind, uid) == document
                assert document.revision == sum(r.event.uid == uid for r in log)

    @invariant()
    def every_event_is_in_the_tables(self):
        with self.workspace.reading() as reading:
            log = list(reading.events())
        documents = {}
        for recorded in log:
            event = recorded.event
            assert not event_fields.problems(event.kind, event.data), event
            assert event.kind in EVOLVE
            before = documents.get(event.uid)
            documents[event.uid] = after = evolve(before, recorded)
            if before is not None and not event.kind.startswith("document."):
                self.moves_by_the_table(event, before, after)

    def moves_by_the_table(self, event, before, after):
        verb = event.kind.partition(".")[2]
        if event.kind.startswith("milestone."):
            pair = [str(d.body.get("status")) for d in (before, after)]
            assert pair[0] == pair[1] or states.after("milestone", pair[0], verb) == pair[1], event
        for task_before in tasks.of(before.body):
            now = tasks.get(after.body, task_before["id"])
            pair = [tasks.status(task_before), tasks.status(now)]
            if pair[0] != pair[1]:
                way = states.after("task", pair[0], verb)
                assert event.task == task_before["id"]
                assert way == pair[1] or (verb == "unblocked" and pair[1] == "pending"), event

    @invariant()
    def requirements_made_by_commands_have_no_cycle(self):
        with self.workspace.reading() as reading:
            assert graph.cycle(graph.of_rows(reading.rows())) is None

    @invariant()
    def rows_are_plain_and_full_only_when_all_is_done(self):
        with self.workspace.reading() as reading:
            for row in reading.rows():
                json.dumps(row, allow_nan=False)
                counted = [t for t in row["tasks"] if t["status"] != "cancelled" and not t["children"]]
                if counted:
                    assert (row["percentage"] == 100) == all(t["status"] == "completed" for t in counted)

    @invariant()
    def no_program_overrides_or_says_a_fact(self):
        with self.workspace.reading() as reading:
            for recorded in reading.events():
                if recorded.event.kind in ("override.used", "fact.met"):
                    assert recorded.actor.kind == "person"


Project.TestCase.settings = settings(max_examples=EXAMPLES, stateful_step_count=30, deadline=None)
TestProject = Project.TestCase
