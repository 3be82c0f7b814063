"""The life of every resource of the simulated API: created, looked at, listed, changed, deleted, gone."""

from __future__ import annotations

import pytest
from lives import account, derived, models, people, videos
from lives.world import World
from sandbox_api import OPERATIONS

LIVES = [life for each in (videos, derived, people, models, account) for life in each.LIVES]


@pytest.fixture
def world(clock):
    made = World(clock)
    yield made
    made.close()


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_the_life_of(life, world):
    life(world)


def test_every_operation_has_a_life(clock):
    called = set()
    for life in LIVES:
        world = World(clock)
        try:
            life(world)
        finally:
            world.close()
        called |= world.api.called
    assert set(OPERATIONS) - called == set()
    assert len(OPERATIONS) == 116
