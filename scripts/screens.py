"""Writes docs/wait.svg and docs/list.svg, pictures of real screens: screens.py [--check]

The program runs on a terminal of its own (a pty) against the sandbox, on a clock that only sleeping moves, so that the
pictures come out the same each time. With `--check` nothing is written, and the exit status is 1 where they differ.
"""

from __future__ import annotations

import os
import pty
import re
import sys
import threading
import time
from html import escape

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

from heygen.cli import main as cli  # noqa: E402
from heygen.core.context import Context, InputStream, OutputStream  # noqa: E402
from heygen.sandbox.clock import SEEDED_START  # noqa: E402
from heygen.sandbox.options import Options  # noqa: E402
from heygen.sandbox.server import Server, start  # noqa: E402

COLUMNS = 92
PORT = 8321  # stands in links, whatever the port is
TITLES = (
    "Onboarding: your first week",
    "Quarterly update for the board",
    "How to reset your password",
    "Product tour, part 1",
    "Product tour, part 2",
)
LOOKS = ("avatar", "looks", "list", "--get", "data[0].id")
CREATE = ("video", "create", "--type", "avatar", "--script", "Welcome!", "--avatar-id")
# Cells in pixels, and the colours of a dark terminal.
WIDTH, HEIGHT, MARGIN = 8.4, 19, 16
BACKGROUND, FOREGROUND = "#16181d", "#d7dae0"
COLORS = {"31": "#f0716b", "32": "#5fd38d", "33": "#e5c07b", "34": "#6cb6ff", "35": "#d2a8ff", "36": "#56c8d8"}
_TOKEN = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|\x1b\]8;;[^\x1b]*\x1b\\|([\r\n])|(.)", re.DOTALL)


class Screen:
    """Rows of cells, each a sign with its styles, as a terminal has them after some output."""

    def __init__(self) -> None:
        self.rows: list[list[tuple[str, tuple[str, ...]]]] = [[]]
        self.row = self.column = 0
        self.styles: tuple[str, ...] = ()

    def feed(self, text: str) -> None:
        """Take output in. Raises ValueError for a sequence that the program has no business writing."""
        for parameters, final, control, sign in _TOKEN.findall(text):
            if sign:
                line = self.rows[self.row]
                line.extend([(" ", ())] * (self.column - len(line)))
                line[self.column : self.column + 1] = [(sign, self.styles)]
                self.column += 1
            elif control == "\n":
                self.row += 1
                self.rows.extend([] for _ in range(self.row + 1 - len(self.rows)))
            elif control == "\r":
                self.column = 0
            elif final == "m":
                self.styles = () if parameters in ("", "0") else tuple(parameters.split(";"))
            elif final == "J":
                del self.rows[self.row][self.column :], self.rows[self.row + 1 :]
            elif final:
                raise ValueError(f"no picture can show \\e[{parameters}{final}")

    def svg(self) -> str:
        """Return the screen as a picture, each run of cells with one style in its place."""
        rows = list(self.rows)
        while rows and not rows[-1]:
            rows.pop()
        width, height = COLUMNS * WIDTH + 2 * MARGIN, len(rows) * HEIGHT + 2 * MARGIN
        found = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
            f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace" '
            f'font-size="14" fill="{FOREGROUND}">',
            f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>',
        ]
        for index, row in enumerate(rows):
            y, column = MARGIN + HEIGHT * index + 14, 0
            while column < len(row):
                end = column
                while end < len(row) and row[end][1] == row[column][1]:
                    end += 1
                text = "".join(sign for sign, _ in row[column:end])
                if text.strip():
                    x, length = MARGIN + WIDTH * column, WIDTH * len(text)
                    found.append(
                        f'<text x="{x:.1f}" y="{y}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs" '
                        f'xml:space="preserve"{_look(row[column][1])}>{escape(text)}</text>'
                    )
                column = end
        return "\n".join([*found, "</svg>", ""])


def _look(styles: tuple[str, ...]) -> str:
    looks = {"1": ' font-weight="bold"', "2": ' opacity="0.6"', "4": ' text-decoration="underline"'}
    return "".join(looks.get(style) or (f' fill="{COLORS[style]}"' if style in COLORS else "") for style in styles)


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    def now(self) -> float:
        """Return the seconds since the epoch."""
        return SEEDED_START + self.elapsed

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.elapsed += seconds


def run(server: Server, clock: Clock, *argv: str) -> str:
    """Run a command line on a pty of its own, and return what it wrote there."""
    master, slave = pty.openpty()
    written = bytearray()

    def read() -> None:
        try:
            while True:
                block = os.read(master, 65536)
                if not block:
                    return
                written.extend(block)
        except OSError:  # how Linux tells that the other end is closed
            return

    reader = threading.Thread(target=read)
    reader.start()
    with open(slave, "wb", buffering=0) as raw:
        terminal = OutputStream(raw, "utf-8", is_terminal=True)
        context = Context(
            stdin=InputStream(None),
            stdout=terminal,
            stderr=terminal,
            environ={
                "HEYGEN_API_BASE": server.url,
                "HEYGEN_API_KEY": "sandbox-key",
                "HEYGEN_NO_ANALYTICS": "1",
                "TERM_PROGRAM": "WezTerm",
            },
            now=clock.now,
            monotonic=lambda: clock.elapsed,
            sleep=clock.sleep,
            local_time=time.gmtime,
            random_bytes=lambda size: int(clock.elapsed * 1000 + 1).to_bytes(size, "big"),
            columns=lambda: COLUMNS,
        )
        status = cli.main(argv, context)
    reader.join()
    os.close(master)
    if status:
        raise SystemExit(written.decode())
    return written.decode().replace(server.url, f"http://127.0.0.1:{PORT}").replace(server.url[len("http://") :], f"127.0.0.1:{PORT}")


def picture(typed: str, output: str) -> str:
    """Return the picture of a screen with a command and what it wrote."""
    screen = Screen()
    screen.feed(f"\x1b[32m$\x1b[0m \x1b[1m{typed}\x1b[0m\r\n{output}")
    return screen.svg()


def pictures() -> dict[str, str]:
    """Return the pictures by the names of their files."""
    clock = Clock()
    with start(Options(seed=7, clock=clock.now, job_seconds=100.0)) as server:
        look = run(server, clock, *LOOKS).strip()
        for index, title in enumerate(TITLES):
            run(server, clock, *CREATE, look, "--title", title)
            clock.sleep(6.5 * 3600 / (index + 1))
        listed = ("video", "list", "--human")
        waited = ("video-agent", "create", "--prompt", "Welcome to our Q4 earnings call.", "--wait", "--human")
        found = {"wait.svg": picture('heygen video-agent create --prompt "Welcome to our Q4 earnings call." --wait --human', run(server, clock, *waited))}
        run(server, clock, *CREATE, look, "--title", "Teaser for the spring campaign")
        found["list.svg"] = picture(f"heygen {' '.join(listed)}", run(server, clock, *listed))
    return found


def main(argv: list[str]) -> int:
    """Write the pictures, or say whether they are up to date."""
    is_same = True
    for name, made in pictures().items():
        path = os.path.join(ROOT, "docs", name)
        if "--check" in argv:
            with open(path, encoding="utf-8") as file:
                is_same = is_same and file.read() == made
        else:
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.write(made)
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
