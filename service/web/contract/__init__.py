"""What the service promises, route by route, as an OpenAPI document."""
