"""scripts/stripping.py"""

from __future__ import annotations

import zipapps  # noqa: F401, it knows where the scripts are
from stripping import stripped

SOURCE = '''"""Module."""

# comment
#!also
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Name = Any

if TYPE_CHECKING:
    pass
else:
    Name = str

X = """
# text, not a comment
    # nor this
"""
Y = 1  # stays: the line has code


class Empty(Exception):
    """All that there is."""


class Full:
    """Goes,
    all of it.
    """

    # goes
    field: int = 1

    def one(self): "stays, on the line of its function"; return 2

    def two(self):
        """Goes."""
        return f"""
# text {self.field}
"""
'''

EXPECTED = '''



TYPE_CHECKING = False





if TYPE_CHECKING:
    pass
else:
    Name = str

X = """
# text, not a comment
    # nor this
"""
Y = 1  # stays: the line has code


class Empty(Exception):
    """All that there is."""


class Full:





    field: int = 1

    def one(self): "stays, on the line of its function"; return 2

    def two(self):

        return f"""
# text {self.field}
"""
'''


def test_comments_docstrings_and_type_imports_go_and_every_line_keeps_its_number():
    assert stripped(SOURCE) == EXPECTED


def test_a_docstring_that_shares_its_line_stays():
    source = 'def f():\n    """Doc."""; return 1\n'
    assert stripped(source) == source
