"""The Helm chart's values, as types, and what is written from them."""
