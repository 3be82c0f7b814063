"""heygen/api/statuses.py: the words of every resource, as the documents have them."""

from heygen.api import documents, operations
from heygen.api.statuses import statuses


def test_every_resource_that_is_waited_for_has_its_words():
    found = {each.words: each for each in statuses()}
    every = [each for group in documents.groups() for each in operations.operations(group)]
    waited_for = {each.wait.follow_up: each.wait for each in every if each.wait and not each.is_deprecated}
    assert len(waited_for) > 10
    for words, plan in waited_for.items():
        assert (found[words].done, found[words].failed) == (plan.succeeded, plan.failed)
        assert not set(found[words].under_way) & {*plan.succeeded, *plan.failed}


def test_the_topic_has_them(run, server):
    shown = " ".join(run("help", "statuses").stdout.split())
    assert "video get pending, processing; done: completed; failed: failed." in shown
    assert "model audio voices get PENDING; done: ACTIVE; failed: FAILED." in shown
    for each in statuses():
        assert " ".join(each.words) in shown
