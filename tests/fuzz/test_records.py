"""A short run of the fuzzer, and proof that it would notice."""

import itertools

import yaml

from fuzz import records


def test_a_short_run_breaks_nothing():
    count, failure = records.run(4, seed=20261120)

    assert failure is None, failure
    assert count > 20


def test_the_same_seed_makes_the_same_inputs():
    assert list(itertools.islice(records.inputs(7), 20)) == list(itertools.islice(records.inputs(7), 20))


def test_a_reader_that_lets_an_error_through_is_noticed():
    _, failure = records.run(20, seed=1, look=lambda text: yaml.safe_load(text))

    assert failure is not None


def test_a_writer_that_forgets_is_noticed(monkeypatch):
    monkeypatch.setattr(records, "write_record", lambda body, **before: "title: forgotten\n")

    _, failure = records.run(20, seed=1)

    assert failure is not None and "reads otherwise" in failure.why
