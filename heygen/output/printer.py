"""Where results and errors are printed: one JSON document, one field of it, or a text for people."""

from __future__ import annotations

import json

from heygen.core.errors import HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.core.context import Context, OutputStream
    from heygen.core.observer import TransferObserver, WaitObserver
    from heygen.output.selection import Selection
    from heygen.output.terminal import Terminal


def compact(document: Any) -> str:
    """Return a document as one line of JSON in UTF-8; half a surrogate pair, which UTF-8 cannot have, is an escape."""
    return _dumped(document, separators=(",", ":"))


def indented(document: Any) -> str:
    """Return a document as compact() does, in indented lines."""
    return _dumped(document, indent=2)


def _dumped(document: Any, **layout: Any) -> str:
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, **layout)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _for_terminal(text: str, stream: OutputStream) -> str:
    """Return a JSON text as it may go to a stream.

    A terminal obeys C1 controls, which JSON leaves as they are, and its encoding may not know every character:
    both become JSON's own escapes, and the document stays the same.
    """
    if not stream.is_terminal or text.isascii():
        return text

    def escaped(sign: str) -> str:
        if "\x7f" <= sign <= "\x9f":
            return f"\\u{ord(sign):04x}"
        try:
            sign.encode(stream.encoding)
        except UnicodeEncodeError:
            return json.dumps(sign)[1:-1]
        return sign

    return "".join(map(escaped, text))


class Printer:
    """Prints the results of one run.

    `selection` is what `--get` asks for, `color` the value of `--color`, and `next_page` returns the command
    that goes on at a cursor, or None where the present one takes no cursor; it takes other flags to change by name.
    `is_quiet` leaves out progress and notices.
    """

    def __init__(
        self,
        context: Context,
        is_human: bool = False,
        selection: Selection | None = None,
        color: str = "auto",
        next_page: Callable[..., str | None] | None = None,
        is_quiet: bool = False,
    ) -> None:
        self.context = context
        self.is_human = is_human
        self.is_quiet = is_quiet
        self.color = color
        self.next_page = next_page
        self.selection = selection

    def result(self, document: Any, columns: dict[str, str] | None = None) -> None:
        """Print a result. Raises HeygenError `cli_field_not_found` where --get finds nothing."""
        document = {} if document is None else document
        try:
            self._print(document, columns)
        except HeygenError as error:
            if error.code == "cli_file_io_error":
                # The ID of something paid for must not be lost to a full disk.
                error.details["result"] = document
            raise

    def _print(self, document: Any, columns: dict[str, str] | None) -> None:
        if self.selection is not None:
            self._selected(self.selection, self._masked(document))
        elif self.is_human:
            from heygen.output import human

            text = human.render(self._masked(document), columns, self.terminal(self.context.stdout), self.next_page)
            self.context.stdout.write(self.context.secrets.mask(text))  # the command for the next page has the user's flags
        else:
            self.context.stdout.write(self._colored(self._json(document), self.context.stdout) + "\n")
        self.context.stdout.flush()

    def _selected(self, selection: Selection, document: Any) -> None:
        selection.created = self._masked(selection.created)
        for line in selection.lines(document, self._shown):
            self.context.stdout.write(line + "\n")

    def _json(self, document: Any) -> str:
        """Return a document as JSON, on one line for programs and indented at a terminal.

        It has none of our own secrets: an answer may repeat them.
        """
        dumped = indented if self.context.stdout.is_terminal else compact
        text = dumped(document)
        return dumped(self._masked(document)) if self.context.secrets.are_in(text) else text

    def _colored(self, text: str, stream: OutputStream) -> str:
        """Return a JSON text as it may go to a stream, in colour at a terminal.

        Elsewhere a program reads it, and so only results are coloured there, and by `--color always` alone.
        """
        text = _for_terminal(text, stream)
        if not stream.is_terminal and (self.color != "always" or stream is not self.context.stdout):
            return text
        from heygen.output.coloring import colored

        return colored(text, self.terminal(stream))

    def _masked(self, document: Any) -> Any:
        return self.context.secrets.masked(document)

    def _shown(self, value: Any) -> str:
        """Return a field as `--get` prints it: a string as it is, anything else as JSON."""
        stdout = self.context.stdout
        if not isinstance(value, str):
            return self._colored(self._json(value), stdout)
        if stdout.is_terminal and not value.isprintable():
            from heygen.output import cells

            return "\n".join(map(cells.escape, value.split("\n")))
        return value

    def listing(self, columns: dict[str, str] | None) -> ListPrinter:
        """Return what prints one list as its items arrive."""
        return ListPrinter(self, columns)

    def schema(self, document: Any) -> None:
        """Print a JSON Schema, or the part of it that --get asks for: always JSON, indented where a person reads it."""
        if self.selection is not None:
            self._selected(self.selection, document)
            self.context.stdout.flush()
            return
        text = indented(document) if self.is_human else self._json(document)
        self.context.stdout.write(self._colored(text, self.context.stdout) + "\n")
        self.context.stdout.flush()

    def terminal(self, stream: OutputStream) -> Terminal:
        """Return what a stream of ours can show to a person."""
        from heygen.output.terminal import Terminal

        return Terminal(self.context, stream, self.color)

    def transfer_progress(self, label: str, total: int | None, start: int = 0) -> TransferObserver:
        """Return what shows the progress of an upload or a download in bytes.

        `label` says what happens to what (`Uploading intro.mp4`); `total` is None where the length is not known, and
        `start` is how much was there before.
        """
        if not self._shows_progress:
            from heygen.core.observer import TransferObserver

            return TransferObserver()
        from heygen.output.progress import TransferProgress

        return TransferProgress(self.context, label, total, start=start, color=self.color)

    def wait_progress(self, noun: str) -> WaitObserver:
        """Return what shows how a wait for a `video`, or whatever the noun is, is going."""
        if not self._shows_progress:
            from heygen.core.observer import WaitObserver

            return WaitObserver()
        from heygen.output.progress import WaitProgress

        return WaitProgress(self.context, noun, self.color)

    @property
    def _shows_progress(self) -> bool:
        """Whether somebody watches: at a terminal in JSON mode too."""
        is_watched = self.is_human or self.context.stderr.is_terminal
        return is_watched and not self.is_quiet and not self.context.is_on("CI")

    def completed(self, outcome: str, what: str, seconds: float) -> None:
        """Tell people at a terminal that a wait is over: how, for what, and after how long."""
        if not self._shows_progress or not self.context.stderr.is_terminal:
            return
        from heygen.output.progress import completion

        self.context.stderr.write(completion(self.terminal(self.context.stderr), outcome, what, seconds))
        self.context.stderr.flush()

    def error(self, error: HeygenError, usage: Callable[[], str] = str) -> bool:
        """Print an error's envelope on stderr, after the last known state, if it carries one, on stdout.

        `usage` gives the line that shows people how the command is called. Returns whether anything was told: False
        where neither stream takes anything. Where stdout takes no result, it stands in the envelope.
        """
        has_result = False
        if error.result is not None:
            try:
                self.result(error.result)
                has_result = not self.context.stdout.is_closed
            except (HeygenError, BrokenPipeError):
                pass  # the error matters more, be it that stdout is gone or that --get names a field this state lacks
            if not has_result:
                error.details = {**error.details, "result": error.result}
        error.mask(self.context.secrets)
        if self.is_human:
            from heygen.output import human

            self.context.stderr.write(human.render_error(error, self.terminal(self.context.stderr), usage()))
        else:
            self.context.stderr.write(self._colored(compact(error.envelope()), self.context.stderr) + "\n", is_masked=True)
        self.context.stderr.flush()
        return has_result or not self.context.stderr.is_closed

    def warning(self, code: str, message: str, hint: str | None = None, **fields: Any) -> None:
        """Tell on stderr of something that is not right and ends nothing, such as the use of a deprecated command.

        `fields` are further ones of the envelope, such as the `param` that it is about.
        """
        self._tell("warning", {"code": code, "message": message, "hint": hint, **fields})

    def notice(self, code: str, message: str, hint: str | None = None, **fields: Any) -> None:
        """Tell on stderr of something that is good to know, such as the `id` of what was created."""
        if not self.is_quiet:
            self._tell("notice", {"code": code, "message": message, "hint": hint, **fields})

    def next_step(self, what: str, commands: str | None) -> None:
        """Tell people on stderr how to go on from a result that they see whole, where there are commands for it."""
        if commands and self.is_human and not self.is_quiet and self.selection is None:
            from heygen.output import human

            self.context.stderr.write(human.render_next(what, commands, self.terminal(self.context.stderr)))
            self.context.stderr.flush()

    def _tell(self, kind: str, fields: dict[str, Any]) -> None:
        stderr = self.context.stderr
        fields = self._masked({name: value for name, value in fields.items() if value is not None})
        if self.is_human:
            from heygen.output import human

            stderr.write(human.render_message(kind, fields["message"], fields.get("hint"), self.terminal(stderr)))
        else:
            stderr.write(self._colored(compact({kind: fields}), stderr) + "\n", is_masked=True)
        stderr.flush()


class ListPrinter:
    """Prints one list, `{"data": […], "has_more": …, "next_token": …}`, some items at a time.

    JSON goes out as it arrives, and so does what `--get` asks for of each item; a table and other fields need all items.
    """

    def __init__(self, printer: Printer, columns: dict[str, str] | None) -> None:
        self.printer = printer
        self.columns = columns
        self.is_json = printer.selection is None and not printer.is_human
        self.is_by_item = printer.selection is not None and printer.selection.is_by_item
        self.is_begun = False
        self.kept: list[Any] = []

    def add(self, items: list[Any]) -> None:
        """Take the items that come next. Raises HeygenError `cli_field_not_found` where --get finds nothing in one."""
        stdout = self.printer.context.stdout
        if self.is_by_item:
            self.printer._print({"data": items}, None)
        elif self.is_json and items:
            # What stands between the brackets; the last line end is left to what comes next.
            head, _, rest = self.printer._json({"data": items}).partition("[")
            between = rest.rpartition("]")[0].rstrip()
            self._write(("," if self.is_begun else f"{head}[") + between)
            self.is_begun = True
            stdout.flush()
        else:
            self.kept += items

    def end(self, has_more: bool, next_token: str | None) -> None:
        """Print what is left to print. Raises HeygenError `cli_field_not_found` where --get finds nothing."""
        document = {"data": self.kept, "has_more": has_more, "next_token": next_token}
        if self.is_json and self.is_begun:
            closing = "\n  ]" if self.printer.context.stdout.is_terminal else "]"
            self._write(closing + self.printer._json(document).partition("[]")[2] + "\n")
            self.printer.context.stdout.flush()
        elif not self.is_by_item:
            self.printer._print(document, self.columns)

    def _write(self, text: str) -> None:
        stdout = self.printer.context.stdout
        stdout.write(self.printer._colored(text, stdout))
