"""Every example of every operation runs against the sandbox, its placeholders filled with what is there."""

import pytest
from examples import examples, filled


@pytest.mark.parametrize("command", [pytest.param(command, id=id) for command, id in examples()])
def test_the_example_runs(run, tmp_path, command):
    result = run(*filled(run, tmp_path, command))
    assert result.status == 0, (command, result)
    assert result.stdout.strip()
    if "--human" not in command:
        told = [next(iter(each.values()))["code"] for each in result.notices]
        assert set(told) <= {"created", "deprecated"}, result
