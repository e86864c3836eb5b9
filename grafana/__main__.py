"""``python -m grafana`` writes the dashboards into the chart."""

from __future__ import annotations

from pathlib import Path

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from grafana.cache_and_jobs import cache_and_jobs
from grafana.overview import overview
from grafana.resources import resources
from grafana.slo import slo
from helm.writing.folder import write_folder

FOLDER = Path(__file__).parent.parent / "helm" / "qingsheng" / "dashboards"


def files() -> dict[str, str]:
    """The files' names, and what is in them."""
    boards = {
        "overview.json": overview(),
        "cache-jobs.json": cache_and_jobs(),
        "slo.json": slo(),
        "resources.json": resources(),
    }
    return {name: _written(board) for name, board in boards.items()}


def _written(board: Dashboard) -> str:
    return JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False).encode(board.build()) + "\n"


def main() -> None:
    """Writes them all, and removes what is not among them any more."""
    write_folder(FOLDER, files(), "*.json")


if __name__ == "__main__":
    main()
