"""The web page."""

from __future__ import annotations

from pydantic import Field

from helm.values.api import Service
from helm.values.base import Object
from helm.values.image import Image
from helm.values.workload import Workload


class Webui(Workload):
    """The pods with nginx, which serves the page and passes /api/ on."""

    enabled: bool = Field(default=True, description="whether there is a web page")
    image: Image = Field(default=Image(repository="qingsheng/webui"), description="its image")
    resources: Object = Field(
        default={"requests": {"cpu": "50m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
        description="requests and limits of the container",
    )
    service: Service = Field(default=Service(), description="the Service in front, on port 80")
    drain_delay_seconds: int = Field(
        default=10, ge=0, le=300, description="how long an ending pod still takes requests; see api"
    )
