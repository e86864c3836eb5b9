"""``python -m helm.values`` writes what follows from the values into the chart."""

from __future__ import annotations

from pathlib import Path

from helm.values.chart import ChartValues
from helm.writing.schema import schema_json
from helm.writing.table import readme
from helm.writing.values_yaml import values_yaml

CHART = Path(__file__).parent.parent / "qingsheng"


def files() -> dict[str, str]:
    """The files' names within the chart, and what is in them."""
    values = ChartValues()
    return {
        "values.yaml": values_yaml(values),
        "values.schema.json": schema_json(ChartValues),
        "README.md": readme(values),
    }


def main() -> None:
    """Writes them all."""
    for name, text in files().items():
        (CHART / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
