"""The ways in from outside the cluster: an Ingress, or an HTTPRoute of the Gateway API."""

from __future__ import annotations

from pydantic import Field

from helm.values.base import Objects, Texts, Values

_NGINX: Texts = {
    "nginx.ingress.kubernetes.io/proxy-buffering": "off",
    "nginx.ingress.kubernetes.io/proxy-http-version": "1.1",
    "nginx.ingress.kubernetes.io/proxy-read-timeout": "3600",
    "nginx.ingress.kubernetes.io/proxy-send-timeout": "3600",
    "nginx.ingress.kubernetes.io/proxy-body-size": "8m",
}


class Ingress(Values):
    """Sends / to the web page and the API's addresses to the API; probes and metrics stay inside."""

    enabled: bool = Field(default=False, description="whether there is an Ingress")
    class_name: str = Field(default="", description="the IngressClass (empty: the cluster's default)")
    annotations: Texts = Field(
        default=_NGINX,
        description="annotations; these let ingress-nginx pass streams on at once and keep WebSockets open, "
        "other controllers ignore them and have their own",
    )
    hosts: list[str] = Field(default=[], description="names of hosts; at least one")
    tls: Objects = Field(default=[], description="as in networking.k8s.io/v1: secretName and hosts")


class HttpRoute(Values):
    """The same for the Gateway API."""

    enabled: bool = Field(default=False, description="whether there is an HTTPRoute")
    annotations: Texts = Field(default={}, description="annotations")
    parent_refs: Objects = Field(default=[], description="the Gateways; at least one")
    hostnames: list[str] = Field(default=[], description="names of hosts; at least one")
    timeout: str = Field(
        default="3600s",
        pattern="^([0-9]{1,5}(h|m|s|ms)){1,4}$",
        description="the longest stream or WebSocket",
    )
