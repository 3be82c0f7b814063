#!/bin/sh
# heygen: this script, which finds a Python, and after it a zip archive with the program; `unzip -l` lists it.
# The archive's first file is __main__.py, stored as it is, behind a signature, 26 more bytes and its name.
# Until there is something to say, Ctrl-C ends Python as it ends this script: without a word.
start='import sys; import _signal as s; s.getsignal(2) is s.default_int_handler and s.signal(2, s.SIG_DFL); exec(open(sys.argv[1], "rb").read(9999).split(b"PK\3\4")[1][37:])'
if [ -z "$HEYGEN_PYTHON3_IS_TOO_OLD" ] && command -v python3 >/dev/null 2>&1; then
  exec python3 -ISc "$start" "$0" "$@"
fi
unset HEYGEN_PYTHON3_IS_TOO_OLD
for python in python3.14 python3.13 python3.12 python3.11 python3.10 python3.9; do
  if "$python" -ISc 'import sys; sys.exit(sys.version_info < (3, 9))' >/dev/null 2>&1; then
    exec "$python" -ISc "$start" "$0" "$@"
  fi
done
echo '{"error":{"code":"cli_python_too_old","message":"heygen needs Python 3.9 or newer, and found none","hint":"Install one, or start it with one that is not on PATH: /path/to/python3 '"$0"'"}}' >&2
exit 1
