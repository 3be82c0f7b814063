#!/usr/bin/env python3
"""Starts heygen from a checkout: python3 heygen.py COMMAND

Kept within the syntax that every Python since 2.7 reads, so that one that is too old can say so.
"""

import os
import sys

if sys.version_info < (3, 9):
    sys.stderr.write(
        '{"error":{"code":"cli_python_too_old",'
        '"message":"heygen needs Python 3.9 or newer, and this is Python %d.%d.%d",'
        '"hint":"Start it with a newer one, for example: python3.11 heygen.py --version"}}\n'
        % sys.version_info[:3]
    )
    sys.exit(1)

if __name__ == "__main__":
    import _signal

    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # until there is something to say, Ctrl-C ends the process as it is

    # The checkout comes first, also under -I and -P, and before any heygen that is installed. In one
    # folder a package wins over a module of its name, so this is never this file again.
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

    from heygen.__main__ import run

    run()
