"""The folder of our documents: one file per group and an index of them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from openapi.errors import ImportProblem

INDEX = "index.json"


def read_documents(folder: Path) -> dict[str, Any]:
    """Return the documents of a folder by group, or raise ImportProblem."""
    if not folder.is_dir():
        raise ImportProblem(f"{folder} is not a folder")
    documents = {}
    for path in sorted(folder.glob("*.json")):
        if path.name == INDEX:
            continue
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            documents[document["x-cli-group"]] = document
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise ImportProblem(f"{path} is not one of our documents: {problem!r}") from problem
        if document["x-cli-group"] != path.stem:
            raise ImportProblem(f"{path} holds the group {document['x-cli-group']}, not {path.stem}")
    return documents


def encoded(document: dict[str, Any]) -> bytes:
    """Return a document as the bytes of its file."""
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def index_of(documents: dict[str, Any]) -> dict[str, Any]:
    """Return the index: every group, sorted, with its summary."""
    return {"groups": {group: documents[group]["info"]["description"] for group in sorted(documents)}}


def pending_writes(folder: Path, documents: dict[str, Any]) -> dict[Path, bytes | None]:
    """Return the files that differ from the documents: their new bytes, or None for one to remove."""
    wanted = {folder / f"{group}.json": encoded(document) for group, document in documents.items()}
    wanted[folder / INDEX] = encoded(index_of(documents))
    pending: dict[Path, bytes | None] = {}
    for path, content in wanted.items():
        if not path.exists() or path.read_bytes() != content:
            pending[path] = content
    pending.update({path: None for path in sorted(folder.glob("*.json")) if path not in wanted})
    return pending


def write_all(pending: dict[Path, bytes | None]) -> None:
    """Make the pending changes: all new files are complete on disk before the first one takes its place."""
    staged = []
    try:
        for path, content in pending.items():
            if content is not None:
                temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
                with open(temporary, "wb") as file:
                    staged.append((temporary, path))
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
        for temporary, path in staged:
            os.replace(temporary, path)
        for path, content in pending.items():
            if content is None:
                path.unlink()
    except OSError as problem:
        raise ImportProblem(f"cannot write: {problem}") from problem
    finally:
        for temporary, _ in staged:
            if temporary.exists():
                temporary.unlink()
