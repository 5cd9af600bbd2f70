"""Whether a port is free. Standard library only: `make demo` asks before it installs anything.

python3 msme_platform/port.py 8000
"""

import socket
import sys

HIGHEST = 65535


def fault(host: str, port: str) -> str:
    """Why this port cannot be listened on, as a sentence; empty if it can."""
    if not port.isdecimal() or not 0 < int(port) <= HIGHEST:
        return f"PORT is {port!r}; it must be a number from 1 to {HIGHEST}."
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            other = int(port) + 1 if int(port) < HIGHEST else int(port) - 1
            return (
                f"Port {port} cannot be used ({error.strerror}): another program, or this demo in another window, has it. "
                f"End that one, or choose another port: make demo PORT={other}"
            )
    return ""


if __name__ == "__main__":
    if found := fault("127.0.0.1", sys.argv[1]):
        sys.exit(found)
