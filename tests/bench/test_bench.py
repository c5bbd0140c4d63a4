"""The benchmark's own arithmetic: a ratio, a missed bound, a page."""

import json
import sys
from pathlib import Path

import pytest
from bench.timing import Command, CommandFailed, Lane, Sample, interleave, measure

from bench import bounds, store_bounds, store_lanes, table


def a_lane(*walls: float) -> Lane:
    command = Command(name="x", arguments=lambda _: ["true"], folder=Path(), environment={})
    return Lane(command=command, samples=[Sample(wall=wall, cpu=wall / 2) for wall in walls])


def a_python(code: str, folder: Path, name: str = "python") -> Command:
    return Command(name=name, arguments=lambda _: [sys.executable, "-c", code], folder=folder, environment={})


def test_the_median_decides_and_the_minimum_is_kept():
    lane = a_lane(30, 10, 20)

    assert (lane.median("wall"), lane.minimum("wall"), lane.median("cpu")) == (20, 10, 10)


@pytest.mark.parametrize(
    ("ours", "word", "held"), [(79, "held", True), (60, "held, stretch too", True), (81, "MISSED", False)]
)
def test_a_bound_is_judged_on_the_ratio_of_medians(ours: float, word: str, held: bool):
    bound = bounds.Bound(lane="ours", beside="bare", limit=8, stretch=6)

    verdict = bounds.judge(bound, {"ours": a_lane(ours), "bare": a_lane(10)})

    assert (verdict.ratio, verdict.word, verdict.held) == (ours / 10, word, held)


def test_a_missing_peer_is_not_a_kept_promise():
    verdict = bounds.judge(bounds.Bound(lane="ours", beside="task", limit=3), {"ours": a_lane(1)})

    assert verdict.word == "not measured"


def test_what_is_promised_is_what_the_issue_names():
    promised = {(bound.lane, bound.beside): bound.limit for bound in bounds.promised()}

    assert promised == {
        ("milestone --version", "python -c pass"): 2.5,
        ("milestone status, 20 files", "python -c pass"): 4,
        ("milestone status, 100 files", "python -c pass"): 4,
        ("milestone status, 1000 files", "task list, 1000 tasks"): 3,
        **{
            (f"milestone {change}, {size} files", "python -c pass"): 8
            for change in ("update", "task start", "task done")
            for size in (20, 100, 1000)
        },
    }


def test_the_page_names_a_missed_bound_and_no_machine():
    lanes = {bounds.BARE: a_lane(10), "milestone --version": a_lane(30)}
    verdict = bounds.judge(bounds.promised([])[0], lanes)

    page = table.page([verdict], lanes, ["Backlog.md needs npm, which is not installed here."], table.machine(5))

    assert "| milestone --version | python -c pass | 3.00 | 2.5 | MISSED |" in page
    assert "| milestone --version | 30.0 (30.0) | 15.0 (15.0) | 3.00 | 3.00 |" in page
    assert "- Backlog.md needs npm" in page
    assert str(Path.home()) + "/" not in page


def test_a_run_is_measured_and_the_first_round_thrown_away(tmp_path: Path):
    commands = [a_python("pass", tmp_path, "one"), a_python("print(1)", tmp_path, "two")]

    lanes = interleave(commands, 2, tmp_path / "out")

    assert {name: len(lane.samples) for name, lane in lanes.items()} == {"one": 2, "two": 2}
    assert all(sample.wall > 0 and sample.cpu > 0 for lane in lanes.values() for sample in lane.samples)


def test_a_refusal_is_not_a_fast_answer(tmp_path: Path):
    with pytest.raises(CommandFailed, match="ended with 3"):
        measure(a_python("import sys; sys.exit(3)", tmp_path), 1, tmp_path / "out")


class Once:
    large = 10_000


def test_what_is_promised_of_stores_is_what_the_issue_names():
    promised = {
        (bound.lane, bound.beside): bound.limit
        for bound in store_bounds.promised((1_000, 10_000, 100_000), ("sqlite",), Once)
    }

    assert promised == {
        ("milestone status, sqlite, 10000", "task list, 10000 tasks"): 0.5,
        ("milestone status, sqlite, 100000", "task list, 100000 tasks"): 0.1,
        **{
            (f"milestone {change}, sqlite, {size}", "python -c pass"): 8
            for change in ("update", "task start", "task done")
            for size in (1_000, 10_000, 100_000)
        },
        ("milestone task done, sqlite, 10000", "task done, 10000 tasks"): 1,
        ("milestone plan --from, sqlite, 10000", "task import, 10000"): 1.5,
        ("milestone plan --from, sqlite, 10000", "task import, 10000 with four tasks each"): 1.5,
        ("milestone plan --from, sqlite, 10000 without tasks", "task import, 10000"): 1.5,
        ("index rebuilt, 1000 files", "yaml.CSafeLoader, 1000 files"): 2,
        ("milestone migrate, file to sqlite, 10000", "yaml.CSafeLoader, 10000 files"): 10,
        ("milestone migrate, sqlite to postgres, 10000", "yaml.CSafeLoader, 10000 files"): 10,
    }


def test_files_are_measured_as_far_as_anybody_would_use_them():
    assert store_bounds.at(100_000, store_bounds.BACKENDS) == ["sqlite", "postgres"]


def test_a_part_of_the_bounds_needs_only_its_lanes_and_what_stands_beside():
    promised = store_bounds.promised((1_000,), ("sqlite", "postgres"), Once)

    wanted = store_bounds.Wanted(promised, ["task done, sqlite"])

    assert [each.lane for each in wanted.bounds] == ["milestone task done, sqlite, 1000"]
    assert all(name in wanted for name in (bounds.BARE, "milestone task done, sqlite, 1000"))
    assert "milestone task done, postgres, 1000" not in wanted and not wanted.any("plan --from")


def test_every_task_of_a_plan_has_its_peer_in_taskwarrior():
    tasks = json.loads(store_lanes.tasks_text(2, whole=True))
    plan = json.loads(store_lanes.plan_text(1, 2))

    assert len(tasks) == sum(len(each["tasks"]) for each in plan["milestones"]) == 8
    assert len({task["uuid"] for task in tasks}) == 8
    assert [len(task["depends"]) for task in tasks[:4]] == [
        len(task["dependencies"]) for task in plan["milestones"][0]["tasks"]
    ]
