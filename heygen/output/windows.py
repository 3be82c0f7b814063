"""Windows consoles: has them read the escape sequences that every other terminal reads."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.core.context import OutputStream

# SetConsoleMode's flag (https://learn.microsoft.com/windows/console/setconsolemode).
_ENABLE_VIRTUAL_TERMINAL_PROCESSING = 0x0004


def switch_on_sequences(stream: OutputStream) -> bool:
    """Tell a console to read escape sequences; False where it cannot, as before Windows 10."""
    try:
        import ctypes
        import msvcrt

        kernel = ctypes.windll.kernel32
        handle = ctypes.c_void_p(msvcrt.get_osfhandle(stream.raw.fileno()))
        mode = ctypes.c_ulong()
        if not kernel.GetConsoleMode(handle, ctypes.byref(mode)):
            # No console but a terminal all the same: the pipe of an ssh or MSYS session.
            return True
        return bool(kernel.SetConsoleMode(handle, mode.value | _ENABLE_VIRTUAL_TERMINAL_PROCESSING))
    except (ImportError, AttributeError, OSError, ValueError):
        return False
