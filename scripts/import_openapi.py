#!/usr/bin/env python3
"""Bring a newer upstream OpenAPI description into the documents that the program reads."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from openapi.documents import pending_writes, read_documents, write_all
from openapi.errors import ImportProblem
from openapi.importing import imported
from openapi.upstream import read_upstream

DOCUMENTS = Path(__file__).resolve().parent.parent / "heygen" / "api" / "documents"
EXPLANATION = """\
Upstream decides the structure: paths, parameters, fields, types, values, defaults. Summaries, descriptions
and x-cli-* keys stay ours wherever what they stand on is still there. An operation that upstream no longer
has is removed; a new one gets its command from its path and upstream's own words, and is reported with
what there is to write for it.

exit status:
  0  done; with --check: nothing would change
  1  with --check: something would change
  2  the description or the command line cannot be used
"""


def main(argv: list[str]) -> int:
    """Run the import and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="import_openapi.py",
        description=__doc__,
        epilog=EXPLANATION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "upstream", type=Path, metavar="UPSTREAM.json", help="an OpenAPI 3.0 or 3.1 description, as JSON"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="report only, write nothing; exit status 1 if there would be changes, 0 if none",
    )
    parser.add_argument(
        "--documents",
        type=Path,
        default=DOCUMENTS,
        metavar="DIR",
        help="the folder of documents (default: heygen/api/documents)",
    )
    arguments = parser.parse_args(argv)
    try:
        documents, report = imported(read_documents(arguments.documents), read_upstream(arguments.upstream))
        pending = pending_writes(arguments.documents, documents)
        for line in report.lines():
            print(line)
        counts = f"{len(report.new)} new, {len(report.changed)} changed, {len(report.gone)} gone"
        files = ", ".join(sorted(path.name for path in pending)) or "none"
        print(f"{counts}; files to {'change' if arguments.check else 'write'}: {files}")
        if arguments.check:
            return 1 if pending else 0
        write_all(pending)
    except ImportProblem as problem:
        print(f"import_openapi.py: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
