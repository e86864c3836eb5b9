"""The WSGI application: hands the parts to the blueprints."""

from __future__ import annotations

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from service.keys import KeyRing
from service.parts import Parts
from service.web.audio import audio_blueprint
from service.web.auth import register_auth
from service.web.contract.document import openapi_document
from service.web.crowd import register_crowd
from service.web.docs import contract_blueprint
from service.web.errors import register_errors
from service.web.headers import register_headers, register_proxies
from service.web.intake import Intake
from service.web.jobs import BATCH_FACTOR, jobs_blueprint
from service.web.lifecycle import register_lifecycle
from service.web.limits import body_limit
from service.web.links import Links
from service.web.metrics import metrics_blueprint
from service.web.openai import openai_blueprint
from service.web.ops import ops_blueprint
from service.web.rate import register_rate
from service.web.stream import stream_blueprint
from service.web.tts import tts_blueprint
from service.web.voices import voices_blueprint
from service.web.websocket import register_websocket


class Utf8Json(DefaultJSONProvider):
    """JSON as people read it: Chinese unescaped, members in the order in which they were given."""

    ensure_ascii = False
    sort_keys = False


def create_app(parts: Parts) -> Flask:
    """The service as a WSGI application.

    Until the voice is loaded, ``/healthz`` and whatever speaks answer 503.

    Raises:
        ValueError: the keys, the rate limit or an origin cannot be read.
    """
    app = Flask("service", static_folder=None)
    app.json = Utf8Json(app)
    app.config["MAX_CONTENT_LENGTH"] = body_limit(BATCH_FACTOR * parts.settings.max_characters)
    ring = KeyRing(parts.settings.api_keys)
    _add_rules(app, parts, ring)
    _add_routes(app, parts, ring)
    return app


def _add_rules(app: Flask, parts: Parts, ring: KeyRing) -> None:
    """What holds for every request. Requests meet these in this order, answers in the opposite one."""
    settings = parts.settings
    register_lifecycle(app, parts.metrics, parts.tracer)
    register_errors(app)
    register_crowd(app, settings.max_requests)
    register_proxies(app, settings.trusted_proxies)
    register_headers(app, settings.cors_origins)
    register_auth(app, ring)
    register_rate(app, settings.rate_limit, settings.cache_url)


def _add_routes(app: Flask, parts: Parts, ring: KeyRing) -> None:
    settings = parts.settings
    intake = Intake(parts.renderer, settings.max_characters, settings.request_timeout, settings.log_text)
    links = Links(parts.renderer, parts.cache.audio, ring)
    app.register_blueprint(tts_blueprint(intake, links.link))
    app.register_blueprint(stream_blueprint(intake))
    register_websocket(app, intake, parts.engine, ring, settings.cors_origins)
    app.register_blueprint(jobs_blueprint(parts.jobs, intake, links.link))
    app.register_blueprint(openai_blueprint(intake))
    app.register_blueprint(audio_blueprint(parts.cache.audio))
    app.register_blueprint(contract_blueprint(openapi_document(settings)))
    app.register_blueprint(voices_blueprint(parts.engine))
    app.register_blueprint(ops_blueprint(parts.engine))
    app.register_blueprint(metrics_blueprint(parts.metrics, parts.jobs.refresh))
