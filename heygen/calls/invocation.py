"""One call of a command: its values, and what it needs to do its work."""

from __future__ import annotations

from heygen.auth import credentials
from heygen.config.settings import Settings
from heygen.core.errors import ExitCode, HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Mapping, Sequence

    from heygen.cli.command import Command
    from heygen.core.context import Context
    from heygen.core.receipt import Receipt
    from heygen.http.client import Client
    from heygen.output.printer import Printer


class Invocation:
    """What a command's `run` gets. `given` holds the flags and positionals that the user set, by key.

    `retyped` returns this command line with other values for some flags, or None where it does not take one of them.
    `waiting_command` returns the command line that waits for a resource, given the words that show one and the
    arguments, with all that the user asked of this wait.
    """

    def __init__(
        self,
        context: Context,
        command: Command,
        given: dict[str, Any],
        missing: tuple[str, ...],
        settings: Settings,
        output: Printer,
        receipt: Receipt,
        waiting_command: Callable[[Sequence[str], Sequence[str]], str],
        retyped: Callable[[Mapping[str, str]], str | None],
    ) -> None:
        self.context = context
        self.command = command
        self.given = given
        self.missing = missing
        self.settings = settings
        self.output = output
        self.receipt = receipt
        self.waiting_command = waiting_command
        self.retyped = retyped
        self._client: Client | None = None

    def client(self) -> Client:
        """Return the API client; the credential is looked up now, not before. Raises `auth_error`."""
        if self._client is None:
            from heygen.http.client import Client

            self.settings.api_base  # a wrong base is refused before a credential is looked for
            credential = credentials.resolve(self.context)
            if credential.warning and (self.output.is_human or self.context.stderr.is_terminal):
                self.output.warning("cli_credential_exposed", credential.warning)
            renew = None
            if credential.kind == credentials.OAUTH:
                from heygen.auth import session

                renew = session.renewal(self.context, self.settings)
            self._client = Client(self.context, self.settings, credential, renew)
        return self._client

    def close_receipt(self) -> None:
        """Note that the result is printed; on a stdout that our caller has closed, it has reached nobody."""
        if not self.context.stdout.is_closed:
            self.receipt.close()

    def confirm(self, question: str, refusal: HeygenError, about: Callable[[], str] = str) -> None:
        """Ask a yes-or-no question on the terminal; anything but yes ends the run with `canceled`.

        `about` gives what is to be told before, with a newline at its end. Raises `refusal` where nobody can be asked.
        """
        from heygen.output import prompt

        is_confirmed = prompt.confirm(self.context, self.output.terminal(self.context.stderr), question, about)
        if is_confirmed is None:
            raise refusal
        if not is_confirmed:
            raise HeygenError("canceled", "canceled: nothing was changed", exit_code=ExitCode.ERROR)
