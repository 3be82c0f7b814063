"""Files of jobs, and what their runs leave behind, for the tests of batches."""

import json

BODY = {"type": "avatar", "avatar_id": "f23bb59004f319bc8a192f86578186f6", "voice_id": "8f6c09234362ee17a363a8800d042837"}


def video(number, id=None, **fields):
    """Return a row that makes a video."""
    data = {**BODY, "script": f"Hello {number}", "title": f"Video {number}", **fields}
    return {"id": f"row-{number}" if id is None else id, "command": "video create", "data": data}


def write(path, rows):
    """Write rows as JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def lines(text):
    """Return the documents of JSON lines."""
    return [json.loads(line) for line in text.splitlines()]


def events(path, kind=None):
    """Return the events of a journal, or those of one kind."""
    return [each for each in lines(path.read_text()) if kind in (None, each["event"])]


def posts(result):
    """Return the requests of a run that make something."""
    return [each for each in result.requests if each["method"] == "POST"]
