"""Writes the chart's files that follow from its values."""
