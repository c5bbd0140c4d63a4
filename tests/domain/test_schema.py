"""Every example fits its schema and reads without a remark."""

import jsonschema
import pytest

from milestone import strict_yaml
from milestone.domain import examples, schema
from milestone.domain.vocabulary import understand
from milestone.storage import yaml_emit


@pytest.mark.parametrize("kind", sorted(schema.kinds()))
def test_an_example_fits_its_schema(kind):
    found = schema.kinds()[kind]()

    jsonschema.Draft202012Validator.check_schema(found)
    jsonschema.validate(examples.EXAMPLES[kind], found)


def test_every_kind_has_an_example():
    assert examples.EXAMPLES.keys() == schema.kinds().keys()


@pytest.mark.parametrize("example", [examples.MILESTONE, *examples.PLAN["milestones"]])
def test_an_example_is_understood(example):
    understood = understand(example, f"active/{example['id']}.yaml")

    assert understood.remarks == ()
    assert understood.body.items() >= example.items() or understood.body["tasks"] != example["tasks"]


def test_a_printed_example_reads_back():
    assert strict_yaml.load(yaml_emit.emit(examples.MILESTONE, header=""), "x") == examples.MILESTONE


@pytest.mark.parametrize(
    "wrong", [{}, {"title": "x", "tasks": 3}, {"title": "x", "timeline": {"estimated_end": 5}}]
)
def test_a_schema_refuses_what_is_none(wrong):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema.milestone())
