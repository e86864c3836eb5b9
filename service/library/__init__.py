"""From what settings name to voices that can be served: found, fetched, converted, and kept."""
