"""Records: immutable, compared by value, complete or refused."""

import pytest

from heygen.core.record import Record


class Point(Record):
    x: int
    y: int = 0


class Named(Point):
    name: str = ""


def test_fields_defaults_and_replacement():
    assert Point(x=1) == Point(x=1, y=0)
    assert Point(x=1).replace(y=2) == Point(x=1, y=2)
    assert repr(Named(x=1, name="n")) == "Named(x=1, y=0, name='n')"
    assert Point(x=1) != Named(x=1)
    assert len({Point(x=1), Point(x=1)}) == 1


@pytest.mark.parametrize("fields", [{}, {"y": 1}, {"x": 1, "z": 2}])
def test_a_missing_or_unknown_field_is_refused(fields):
    with pytest.raises(TypeError):
        Point(**fields)


def test_a_record_cannot_be_changed():
    point = Point(x=1)
    with pytest.raises(AttributeError):
        point.x = 2
    with pytest.raises(AttributeError):
        del point.x
    assert point.x == 1
