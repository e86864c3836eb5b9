"""Fetches a model of the hub: ``python -m service.library.fetching ID [REVISION]`` answers with its folder.

The hub's client imports PyTorch, which a process that serves speech has no use for.
"""

from __future__ import annotations

import os
import sys

from service.library.child import answer
from service.models.hub import fetch_model


def main() -> None:
    """Fetches what the command line names."""
    model_id, *rest = sys.argv[1:]
    revision = rest[0] if rest else None
    answer(lambda: os.fsencode(fetch_model(model_id, revision)))


if __name__ == "__main__":
    main()
