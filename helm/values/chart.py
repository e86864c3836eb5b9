"""All values together."""

from __future__ import annotations

from pydantic import Field

from helm.values.account import ServiceAccount
from helm.values.api import Api
from helm.values.base import Object, Objects, Texts, Values
from helm.values.check import Check
from helm.values.image import Image
from helm.values.ingress import HttpRoute, Ingress
from helm.values.lexicon import Lexicon
from helm.values.metrics import ServiceMonitor
from helm.values.model import Model
from helm.values.monitoring import Dashboards, PrometheusRule
from helm.values.network import NetworkPolicies
from helm.values.redis import Redis
from helm.values.secrets import ApiKeys, CallbackSecret
from helm.values.settings import ServiceSettings
from helm.values.webui import Webui
from helm.values.worker import Worker


class ChartValues(Values):
    """The values of the chart ``qingsheng``."""

    name_override: str = Field(default="", description="instead of qingsheng, in names")
    fullname_override: str = Field(default="", max_length=40, description="what all names begin with")
    common_labels: Texts = Field(default={}, description="more labels of everything")
    common_annotations: Texts = Field(default={}, description="more annotations of everything")
    image_pull_secrets: Objects = Field(default=[], description="Secrets for pulling images, as in a pod")
    image: Image = Field(
        default=Image(repository="qingsheng/api"), description="the image of the api and the worker"
    )
    settings: ServiceSettings = Field(
        default={}, description="settings of the service; see docs/operations.md. Left out: its own defaults"
    )
    model: Model = Field(default=Model(), description="the voices")
    lexicon: Lexicon = Field(default=Lexicon(), description="readings of your own")
    api_keys: ApiKeys = Field(default=ApiKeys(), description="who may call")
    callback_secret: CallbackSecret = Field(
        default=CallbackSecret(), description="what callbacks are signed with"
    )
    redis: Redis = Field(default=Redis(), description="the cache of audio, and the jobs")
    api: Api = Field(default=Api(), description="the HTTP API")
    worker: Worker = Field(default=Worker(), description="what works on jobs")
    webui: Webui = Field(default=Webui(), description="the web page")
    ingress: Ingress = Field(default=Ingress(), description="the way in, as an Ingress")
    http_route: HttpRoute = Field(default=HttpRoute(), description="the way in, with the Gateway API")
    network_policy: NetworkPolicies = Field(default=NetworkPolicies(), description="who may talk to whom")
    service_account: ServiceAccount = Field(default=ServiceAccount(), description="the pods' account")
    service_monitor: ServiceMonitor = Field(default=ServiceMonitor(), description="who collects metrics")
    prometheus_rule: PrometheusRule = Field(default=PrometheusRule(), description="alerts")
    dashboards: Dashboards = Field(default=Dashboards(), description="dashboards for Grafana")
    check: Check = Field(default=Check(), description="what `helm test` does")
    extra_objects: Objects = Field(
        default=[], description="more objects of the release; templates in them are evaluated"
    )
    global_: Object = Field(
        default={}, alias="global", description="values that Helm shares between charts; not used here"
    )
