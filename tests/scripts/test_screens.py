"""The pictures of the README are those of what the program shows."""

import importlib.util
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import ROOT

pytest.importorskip("pty")


def test_the_pictures_are_up_to_date():
    spec = importlib.util.spec_from_file_location("screens", ROOT / "scripts" / "screens.py")
    screens = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(screens)
    made = screens.pictures()
    assert set(made) == {"wait.svg", "list.svg"}
    for name, picture in made.items():
        assert picture == (ROOT / "docs" / name).read_text(encoding="utf-8"), "run scripts/screens.py"
        assert ElementTree.fromstring(picture).tag.endswith("svg")
