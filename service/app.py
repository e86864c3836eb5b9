"""The WSGI application: hands the parts to the blueprints."""

from __future__ import annotations

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from service.parts import Parts
from service.web.errors import register_errors
from service.web.intake import Intake
from service.web.lifecycle import register_lifecycle
from service.web.limits import body_limit
from service.web.ops import ops_blueprint
from service.web.tts import tts_blueprint
from service.web.voices import voices_blueprint


class Utf8Json(DefaultJSONProvider):
    """JSON as people read it: Chinese unescaped, members in the order in which they were given."""

    ensure_ascii = False
    sort_keys = False


def create_app(parts: Parts) -> Flask:
    """The service as a WSGI application.

    Until the voice is loaded, ``/healthz`` and whatever speaks answer 503.
    """
    settings = parts.settings
    app = Flask("service", static_folder=None)
    app.json = Utf8Json(app)
    app.config["MAX_CONTENT_LENGTH"] = body_limit(settings.max_characters)
    register_lifecycle(app, parts.metrics)
    register_errors(app)
    intake = Intake(parts.renderer, settings.max_characters, settings.request_timeout, settings.log_text)
    app.register_blueprint(tts_blueprint(intake))
    app.register_blueprint(voices_blueprint(parts.engine))
    app.register_blueprint(ops_blueprint(parts.engine))
    return app
