"""Operation ids of steps, when people edit the files in the same moment."""

from milestone.domain.decide import task as of_task
from milestone.workspace.opening import open_workspace

from .project import a_task


def test_an_edit_taken_in_first_does_not_answer_for_the_operation(project):
    project.plan(a_task(1, "true"))
    project.run("show", "m1")
    workspace = open_workspace(project.folder, environ=project.environ)
    workspace.write(lambda txn, ctx: [], operation="first")
    file = project.records / "active" / "milestone-001.yaml"
    file.write_text(file.read_text().replace("Do task 1", "Do it"))

    def decide(txn, ctx):
        return of_task.start(next(txn.find("milestone")), of_task.StartTask(task="task-001"), ctx)

    for repeated in (False, True):
        written = workspace.write(decide, operation="start it")

        assert written.repeated is repeated
        assert "task.started" in [r.event.kind for r in written.events]
