"""Work that is done in a process of its own, so that what it imports does not stay in this one.

The child's standard output is its answer: bytes, or, with exit code 2, the sentence of a ``ModelError``. Its
standard error is its parent's.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from service.models.errors import ModelError

_REFUSED = 2


def ask(doing: str, module: str, *arguments: str) -> bytes:
    """Runs a module of this package and gives its answer.

    Args:
        doing: what it does, as the start of a sentence: ``"Converting the voice zhitian"``.
        module: whose ``main`` calls ``answer``.
        arguments: of its command line.

    Raises:
        ModelError: the child says what is wrong, or ends without an answer.
    """
    root = Path(__file__).parents[2]  # nothing of the folder that we happen to be in is imported
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:  # noqa: S603
        assert child.stdout is not None  # noqa: S101
        given = child.stdout.read()
        code = child.wait()
    if code == _REFUSED:
        raise ModelError(given.decode("utf-8", "replace"))
    if code < 0:
        raise ModelError(f"{doing} was ended by signal {-code}; was there too little memory?")
    if code > 0:
        raise ModelError(f"{doing} failed; what it wrote on standard error says why.")
    return given


def answer(work: Callable[[], bytes]) -> None:
    """Does the work in a child and answers the parent; ends at once when the parent has ended."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    channel = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is no part of the answer
    code = 0
    try:
        content = work()
    except ModelError as error:
        content, code = str(error).encode(), _REFUSED
    with os.fdopen(channel, "wb") as out:
        out.write(content)
    sys.exit(code)


def _end_with_parent() -> None:
    """Waits for the end of standard input, whose other end only the parent holds."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(1)
