"""Every value of the chart: its type, its default and what it is for, one noun a module.

``python -m helm.values`` writes the chart's ``values.yaml``, ``values.schema.json`` and ``README.md``.
"""
