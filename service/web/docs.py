"""The contract: ``GET /openapi.json`` for programs, ``GET /docs`` for people."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, render_template, request

from service.web.contract.page import sections

_TEMPLATES = "templates"
_NOTHING_ELSE = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def contract_blueprint(document: Mapping[str, Any]) -> Blueprint:
    """``GET /openapi.json`` and ``GET /docs``, both of an OpenAPI document."""
    blueprint = Blueprint("contract", __name__, template_folder=_TEMPLATES)
    written = json.dumps(document, ensure_ascii=False)
    groups = [(name, list(members)) for name, members in groupby(sections(document), lambda s: s.group)]
    style = (files("service.web") / _TEMPLATES / "docs.css").read_text("utf-8")
    policy = f"default-src 'none'; style-src '{_hash(style)}'; {_NOTHING_ELSE}"

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        return Response(written, mimetype="application/json")

    @blueprint.get("/docs")
    def docs() -> Response:
        page = render_template(
            "docs.html", info=document["info"], groups=groups, style=style, host=request.host_url.rstrip("/")
        )
        return Response(page, headers={"Content-Security-Policy": policy})

    return blueprint


def _hash(style: str) -> str:
    """What a browser compares an element's content with before it heeds it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode('ascii')}"
