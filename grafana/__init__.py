"""Dashboards for Grafana, one a module. ``make dashboards`` writes them into the chart."""
