"""Redis, twice: for audio, which it may evict, and for jobs, which it must not."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from helm.values.base import Object, Quantity, Values
from helm.values.image import Image
from helm.values.secrets import SecretKey
from helm.values.workload import Pods


class Auth(Values):
    """The password of the release's own Redis."""

    enabled: bool = Field(default=True, description="whether they ask for a password")
    password: str = Field(
        default="",
        pattern="^[A-Za-z0-9._~-]*$",
        description="the password (empty: a random one, which stays across upgrades)",
    )
    existing_secret: SecretKey = Field(
        default=SecretKey(key="password"),
        description="instead: a Secret that exists already; letters, digits and . _ ~ - only",
    )


class Store(Pods):
    """One of the two."""

    mode: Literal["own", "external", "none"] = Field(default="own", description="whose Redis")
    url: str = Field(
        default="",
        pattern="^(rediss?://.+)?$",
        description="redis://… or rediss://… of an external one; it goes into a Secret of the release",
    )
    existing_secret: SecretKey = Field(
        default=SecretKey(key="url"), description="instead: a Secret with the address"
    )
    maxmemory: str = Field(
        pattern="^[0-9]+(mb|gb)$", description="what an own one keeps, below the memory limit"
    )


class Cache(Store):
    """For audio."""

    mode: Literal["own", "external", "none"] = Field(
        default="own",
        description="own: a StatefulSet of the release, without persistence, least recently used first out; "
        "external; none: each pod keeps audio in its own memory",
    )
    maxmemory: str = Field(
        default="256mb", pattern="^[0-9]+(mb|gb)$", description="how much audio an own one keeps"
    )
    resources: Object = Field(
        default={"requests": {"cpu": "50m", "memory": "320Mi"}, "limits": {"memory": "384Mi"}},
        description="requests and limits of an own one",
    )


class Persistence(Values):
    """A disk."""

    enabled: bool = Field(default=True, description="whether jobs survive the pod of their Redis")
    size: Quantity = Field(default="2Gi", description="size of the disk")
    storage_class_name: str = Field(default="", description="its class (empty: the cluster's default)")


class Jobs(Store):
    """For jobs."""

    mode: Literal["own", "external", "none"] = Field(
        default="own",
        description="own: a StatefulSet of the release that evicts nothing and writes an append-only file; "
        "external: likewise set up by you; none: jobs run inside the api's pods and end with them",
    )
    maxmemory: str = Field(
        default="384mb",
        pattern="^[0-9]+(mb|gb)$",
        description="at which an own one refuses new jobs; below the memory limit, for rewriting its file "
        "takes some",
    )
    resources: Object = Field(
        default={"requests": {"cpu": "50m", "memory": "512Mi"}, "limits": {"memory": "768Mi"}},
        description="requests and limits of an own one",
    )
    persistence: Persistence = Field(default=Persistence(), description="the disk of an own one")


class Redis(Values):
    """Both of them."""

    image: Image = Field(
        default=Image(repository="docker.io/valkey/valkey", tag="8.1-alpine"),
        description="image of own ones: Redis 6.2 or newer, or Valkey, with a shell",
    )
    auth: Auth = Field(default=Auth(), description="the password of own ones")
    cache: Cache = Field(default=Cache(), description="the Redis for audio")
    jobs: Jobs = Field(default=Jobs(), description="the Redis for jobs")
