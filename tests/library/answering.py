"""A child for ``service.library.child.ask``: does what its command line says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from service.library.child import answer
from service.models.errors import ModelError


def work() -> bytes:
    match sys.argv[1:]:
        case ["echo", text]:
            print("this is no part of the answer")
            subprocess.run(["echo", "nor is this"], check=True)
            return text.encode()
        case ["many"]:
            return bytes(5_000_000)
        case ["refuse"]:
            raise ModelError("模型坏了 is damaged.")
        case ["crash"]:
            raise KeyError("x")
        case ["wait"]:
            time.sleep(60)
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


if __name__ == "__main__":
    answer(work)
