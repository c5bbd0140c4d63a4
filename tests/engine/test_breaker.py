"""The breaker alone: when it opens, whom it lets through, when it gives up."""

from milestone.engine.breaker import MOST_OPENINGS, Breaker


def opened(rest: float = 0.0) -> Breaker:
    breaker = Breaker(2, rest)
    assert breaker.failed("codex", "s/t1", "no credit") is None
    assert breaker.failed("codex", "s/t2", "no credit") == rest
    return breaker


def test_it_opens_after_so_many_failures_in_a_row():
    breaker = Breaker(2, 60.0)

    assert breaker.failed("codex", "s/t1", "no credit") is None
    assert not breaker.worked("codex")
    assert breaker.failed("codex", "s/t1", "no credit") is None
    assert breaker.failed("codex", "s/t1", "no credit") == 60.0
    assert breaker.holds("codex", "s/t2")
    assert not breaker.holds("claude", "s/t2")


def test_after_its_rest_one_task_tries_and_the_others_wait():
    breaker = opened()

    assert not breaker.holds("codex", "s/t1")
    assert breaker.holds("codex", "s/t2")
    breaker.let_go("s/t1")
    assert not breaker.holds("codex", "s/t2")


def test_a_try_that_works_closes_it():
    breaker = opened()
    assert not breaker.holds("codex", "s/t1")

    assert breaker.worked("codex")
    assert not breaker.holds("codex", "s/t2")
    assert not breaker.worked("codex")


def test_each_try_that_fails_doubles_the_rest_and_the_last_gives_up():
    breaker = opened(rest=0.001)
    pauses = []
    while not breaker.given_up("codex"):
        while breaker.holds("codex", "s/t1"):
            pass
        pauses.append(breaker.failed("codex", "s/t1", "no credit"))

    assert pauses == [0.002, 0.004, 0.008]
    assert len(pauses) == MOST_OPENINGS
    assert breaker.given_up("codex").startswith("codex failed 5 times in a row: no credit")


def test_nothing_opens_where_it_is_off():
    breaker = Breaker(0, 60.0)

    assert [breaker.failed("codex", "s/t1", "x") for _ in range(9)] == [None] * 9
