"""A running sandbox: one world, the service that answers for it, and the threads that listen."""

from __future__ import annotations

import socket
import threading

from heygen.sandbox.handler import Handler
from heygen.sandbox.listener import HOST, Listener
from heygen.sandbox.resources import index
from heygen.sandbox.service import Service
from heygen.sandbox.world import World

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.options import Options

# How long a request that is being served may take to finish when the server closes, in seconds.
GRACE = 5.0


class Server:
    """A running sandbox."""

    def __init__(self, options: Options) -> None:
        world = World(options, index.job_ended)
        self.world = world
        self._service = Service(world)
        self._listener = Listener(options.port, self._service, Handler)
        world.url = self.url = f"http://{HOST}:{self._listener.server_port}"
        self._waker, wakes = socket.socketpair()
        self._woken = wakes
        self._thread = threading.Thread(
            target=self._listener.accept_until, args=(wakes,), name="heygen-sandbox", daemon=False
        )
        self._service.open()
        self._thread.start()

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The log: each request as it came in, with the status it was answered with (0 for a cut connection)."""
        return self.world.log

    @property
    def defects(self) -> list[BaseException]:
        """What went wrong inside the sandbox itself."""
        return self._service.defects

    def close(self) -> None:
        """Stop, let requests that are being served finish, and leave neither a thread nor a file behind."""
        if self._listener.is_closing:
            return
        self._listener.closing.set()
        self._waker.send(b"x")
        self._thread.join()
        self._service.drain()
        self._listener.socket.close()
        self._listener.connections.end(working=False)
        timer = threading.Timer(GRACE, self._listener.connections.end, kwargs={"working": True})
        timer.start()
        self._listener.server_close()  # waits for the threads of the connections
        timer.cancel()
        timer.join()
        self._service.close()
        self._waker.close()
        self._woken.close()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def start(options: Options) -> Server:
    """Start a sandbox and return it; it listens when this returns.

    Raises OSError where the port is taken, HeygenError where the state file cannot be used, and ValueError
    where an option makes no sense.
    """
    return Server(options)
