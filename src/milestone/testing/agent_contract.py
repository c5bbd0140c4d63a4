"""What every agent executor keeps, with the scripted agent in its program's place."""

import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from milestone import errors
from milestone.agents.executors.base import Ask, Executor, Outcome, Progress
from milestone.agents.executors.settings import Settings
from milestone.agents.executors.speaking import Speaking
from milestone.operations import selftest_executor
from milestone.testing import scripted
from milestone.testing.executor_contract import ProgramContract

Acts = list[dict[str, Any]]


class Told:
    """What a job heard and was asked, and how it answers."""

    def __init__(self, answer: str | None = "yes") -> None:
        self.answer = answer
        self.progress: list[Progress] = []
        self.asked: list[Ask] = []

    def tell(self, progress: Progress) -> None:
        self.progress.append(progress)

    def ask(self, ask: Ask) -> str | None:
        self.asked.append(ask)
        return self.answer


class AgentContract(ProgramContract):
    """Tests for one agent executor. Say which; a real one is tried by `milestone selftest --executor NAME`."""

    kind: type[Speaking]
    speaks_money = True  # the program says what it cost
    asks = True  # the program asks for permissions
    has_version = True  # the program has `--version`

    def agent(self, tmp_path: Path, *attempts: Acts, **more: Any) -> Speaking:
        """Return the executor with a scripted agent behind it."""
        script = scripted.write(tmp_path / "script.json", {"*": attempts})
        return self.kind(Settings(command=tuple(scripted.command(self.kind.name, script)), **more))

    def executor_for(self, line: str, folder: Path) -> Executor:
        return self.agent(folder, [{"run": line}])

    def does(self, tmp_path: Path, *acts: dict[str, Any], told: Told | None = None, **more: Any) -> Outcome:
        """Return how one job ended whose agent does these acts."""
        told = told or Told()
        job = self.job(tmp_path, "", brief="# Do it\n", tell=told.tell, ask=told.ask, **more)
        return self.agent(tmp_path, list(acts)).run(job, threading.Event())

    def test_what_it_says_does_and_costs_is_told_while_it_works(self, tmp_path: Path) -> None:
        told = Told()

        outcome = self.does(
            tmp_path, {"say": "I look around."}, {"write": ["a.txt", "x"]}, {"spend": [1200, 30, 0.25]}, told=told
        )

        assert outcome.succeeded, outcome
        assert outcome.said == "I have done what was asked."
        assert outcome.files == ("a.txt",)
        assert (outcome.spent.tokens_in, outcome.spent.tokens_out) == (1200, 30)
        assert dict(outcome.spent.money) == ({"USD": 25.0} if self.speaks_money else {})
        assert any("I look around." in each.text for each in told.progress)
        assert "I look around." in (tmp_path / "out.log").read_text()
        assert told.progress[-1].tokens_in == 1200

    def test_it_gets_the_whole_brief(self, tmp_path: Path) -> None:
        self.does(tmp_path)

        briefs = list(tmp_path.glob("script.json.*.brief"))
        assert [path.read_text().strip() for path in briefs] == ["# Do it"]

    def test_its_prices_are_counted_where_it_says_none(self, tmp_path: Path) -> None:
        price = {"input": (300.0, "USD"), "output": (1500.0, "USD")}
        agent = self.agent(tmp_path, [{"spend": [1_000_000, 100_000]}], price=price)

        spent = agent.run(self.job(tmp_path, ""), threading.Event()).spent

        assert dict(spent.money) == {"USD": 450.0} or self.speaks_money

    def test_a_failure_is_told_with_its_words(self, tmp_path: Path) -> None:
        outcome = self.does(tmp_path, {"fail": "the key is missing"})

        assert not outcome.succeeded
        assert "the key is missing" in outcome.trouble

    def test_an_end_without_a_word_is_no_success(self, tmp_path: Path) -> None:
        outcome = self.does(tmp_path, {"say": "I begin."}, {"vanish": True})

        assert not outcome.succeeded
        assert outcome.trouble

    def test_a_crash_is_no_success(self, tmp_path: Path) -> None:
        assert not self.does(tmp_path, {"crash": 5}).succeeded
        assert not self.does(tmp_path, {"signal": 9}).succeeded

    def test_lines_nobody_can_read_are_counted_and_shown(self, tmp_path: Path) -> None:
        odd = ["no json", '{"type": "of tomorrow"}', '{"type":', "[1, 2]", "null", '{"type": ["x"]}', "\x00\x01"]

        outcome = self.does(tmp_path, *({"junk": line} for line in odd))

        assert outcome.succeeded
        assert outcome.odd_lines == len(odd)
        assert "? no json" in (tmp_path / "out.log").read_text()

    def test_what_it_was_told_in_confidence_is_kept_nowhere(self, tmp_path: Path) -> None:
        told = Told()

        outcome = self.does(
            tmp_path, {"say": "I use hunter-2."}, {"fail": "hunter-2 is wrong"}, told=told, secrets=("hunter-2",)
        )

        kept = [
            outcome.said,
            outcome.trouble,
            (tmp_path / "out.log").read_text(),
            *(p.text for p in told.progress),
        ]
        assert "[sealed]" in outcome.trouble
        assert not [each for each in kept if "hunter-2" in each]

    def test_a_conversation_can_be_gone_on_with(self, tmp_path: Path) -> None:
        first = self.does(tmp_path)
        again = self.does(tmp_path, conversation=first.conversation)

        assert first.conversation
        assert again.conversation == first.conversation

    def test_a_permission_is_asked_of_a_person(self, tmp_path: Path) -> None:
        if not self.asks:
            with pytest.raises(errors.Refused, match="cannot ask"):
                self.agent(tmp_path, [], permissions="ask").check()
            return
        told = Told("yes")

        outcome = self.does(tmp_path, {"ask": "make deploy"}, {"if_allowed": [{"write": ["a", "x"]}]}, told=told)

        assert outcome.succeeded
        assert [(each.kind, "make deploy" in each.text) for each in told.asked] == [("permission", True)]
        assert (tmp_path / "work" / "a").exists()

    def test_a_permission_that_is_refused_is_not_taken(self, tmp_path: Path) -> None:
        if not self.asks:
            return
        told = Told("no, use the other one")

        outcome = self.does(tmp_path, {"ask": "make deploy"}, {"if_allowed": [{"write": ["a", "x"]}]}, told=told)

        assert outcome.succeeded
        assert not (tmp_path / "work" / "a").exists()

    def test_where_nobody_answers_it_ends_and_nothing_is_guessed(self, tmp_path: Path) -> None:
        if not self.asks:
            return

        outcome = self.does(
            tmp_path, {"ask": "make deploy"}, {"if_allowed": [{"write": ["a", "x"]}]}, told=Told(None)
        )

        assert outcome.unanswered
        assert not outcome.succeeded
        assert not (tmp_path / "work" / "a").exists()

    def test_a_program_that_is_missing_old_or_another_is_refused(self, tmp_path: Path) -> None:
        assert "not installed" in self._refused(("no-such-program-here",))
        if self.has_version:
            assert "or later is needed" in self._refused((str(a_program(tmp_path / "old", "echo 0.0.9")),))
            assert "says no version" in self._refused((str(a_program(tmp_path / "odd", "echo hello")),))

    def test_it_passes_the_trial_that_a_real_program_is_put_to(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(selftest_executor, "SHORT", 1.0)
        script = scripted.write(tmp_path / "script.json", ACTS)
        settings = Settings(command=tuple(scripted.command(self.kind.name, script)))

        tested = selftest_executor.run(selftest_executor.maker(self.kind, self.kind.name, settings))

        assert [(each.name, each.wrong) for each in tested.checks if each.wrong] == []
        assert len(tested.checks) == 4

    @pytest.mark.parametrize("task", ["hello", "again", "asks"])
    def test_the_trial_bites(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str) -> None:
        monkeypatch.setattr(selftest_executor, "SHORT", 1.0)
        lies: Acts = [{"write": ["asked.txt", ""]}] if task == "asks" else [{"say": "All done."}]
        if task == "asks" and not self.asks:
            return
        script = scripted.write(tmp_path / "script.json", {**ACTS, f"selftest/{task}": [lies]})
        settings = Settings(command=tuple(scripted.command(self.kind.name, script)))

        tested = selftest_executor.run(selftest_executor.maker(self.kind, self.kind.name, settings))

        assert len([each for each in tested.checks if each.wrong]) == 1

    def _refused(self, command: tuple[str, ...]) -> str:
        with pytest.raises(errors.Refused) as refused:
            self.kind(Settings(command=command)).check()
        assert refused.value.why
        assert refused.value.next
        return refused.value.message

    def test_another_format_is_told_as_such(self, tmp_path: Path) -> None:
        version = ".".join(map(str, self.kind.oldest))
        line = f'case "$*" in *--version*) echo {version};; *) echo "Done. All good.";; esac'
        program = a_program(tmp_path / "program", line)

        outcome = self.kind(Settings(command=(str(program),))).run(self.job(tmp_path, ""), threading.Event())

        assert not outcome.succeeded
        assert "can be read" in outcome.trouble or "speak" in outcome.trouble


ACTS: dict[str, list[Acts]] = {
    "selftest/hello": [[{"write": ["hello.txt", "hello"]}, {"spend": [100, 5, 0.01]}]],
    "selftest/word": [[{"say": "ok"}]],
    "selftest/again": [[{"write": ["word.txt", "Zanzibar"]}]],
    "selftest/long": [[{"run": "sleep 600"}]],
    "selftest/asks": [[{"ask": "touch asked.txt"}, {"if_allowed": [{"write": ["asked.txt", ""]}]}]],
}


def a_program(path: Path, line: str) -> Path:
    """Return a small program of one shell line."""
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path
