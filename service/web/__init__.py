"""The HTTP interface: small Flask blueprints that are handed their parts."""
