"""Where the voices come from."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from helm.values.base import Object, Objects, Quantity, Values
from helm.values.image import Image


class Volume(Values):
    """The disk that holds a model."""

    existing_claim: str = Field(default="", description="a PersistentVolumeClaim that exists already")
    create: bool = Field(
        default=False,
        description="whether to make a claim, for modelscope (else every pod fetches and converts)",
    )
    size: Quantity = Field(default="5Gi", description="size of what is made")
    storage_class_name: str = Field(default="", description="class of a new claim (empty: the default)")
    access_modes: list[str] = Field(
        default=["ReadWriteMany"], description="how a new claim may be mounted; pods are on several nodes"
    )


class Fetch(Values):
    """The init container that fetches a model of the hub and converts it, where that is not done yet."""

    image: Image = Field(
        default=Image(repository="qingsheng/convert"), description="an image with the extra `convert`"
    )
    resources: Object = Field(
        default={"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"memory": "3Gi"}},
        description="requests and limits; converting a voice takes about 1.3 GB",
    )
    tmp_size_limit: Quantity = Field(
        default="5Gi", description="size of its /tmp, where the client of the hub keeps what it fetches"
    )
    extra_env: Objects = Field(
        default=[], description="more environment variables, such as MODELSCOPE_ENDPOINT or HTTPS_PROXY"
    )


class Model(Values):
    """TTS_MODEL."""

    source: Literal["embedded", "volume", "modelscope"] = Field(
        default="embedded",
        description="embedded: the voices in the image; volume: a folder that `qingsheng export` wrote, in "
        "volume.existingClaim; modelscope: an official model, fetched and converted once",
    )
    path: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*)?$",
        description="for volume: the folder within it (empty: its root)",
    )
    id: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9][A-Za-z0-9_.-]*)?$",
        description="for modelscope: owner/name, such as iic/speech_sambert-hifigan_tts_zh-cn_16k",
    )
    revision: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9._/-]*$",
        description="its branch, tag or commit (empty: the default)",
    )
    volume: Volume = Field(default=Volume(), description="where the model lies")
    fetch: Fetch = Field(default=Fetch(), description="for modelscope: what fetches and converts it")
