"""The composition root: builds the parts and hands them to the blueprints."""

from __future__ import annotations

from functools import partial

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from service.cache import AudioCache
from service.kokoro import load_voices
from service.library.voices import exported_voices
from service.runtime.gate import Gate
from service.runtime.threads import available_cores
from service.sambert import load_sambert_voices
from service.settings import SettingError, Settings
from service.speech import Synthesizer
from service.text.frontend import FrontEnd
from service.voice import Voice
from service.web.engine import Engine
from service.web.errors import register_errors
from service.web.lifecycle import register_lifecycle
from service.web.limits import body_limit
from service.web.ops import ops_blueprint
from service.web.tts import tts_blueprint
from service.web.voices import voices_blueprint

_AT_ONCE = 16
"""Sentences that a model's voices speak at once: their engine shares its threads, and decodes them together.

The embedded voices speak one at a time on all threads: the shortest wait for each request, no thread storms.
"""


class Utf8Json(DefaultJSONProvider):
    """JSON as people read it: Chinese unescaped, members in the order in which they were given."""

    ensure_ascii = False
    sort_keys = False


def build_voices(settings: Settings) -> list[Voice]:
    """Loads the voices of ``TTS_MODEL``, or the embedded ones; the default first.

    Which ones are embedded is known here alone.

    Raises:
        ModelError: the model cannot be used.
        SettingError: ``TTS_VOICES`` names a voice that is not embedded.
    """
    threads = settings.threads or available_cores()
    if settings.model:
        return load_sambert_voices(exported_voices(settings), threads, settings.precision)
    embedded = {voice.name: voice for voice in load_voices(settings.cache_dir, threads)}
    if unknown := [name for name in settings.voices if name not in embedded]:
        raise SettingError(
            f"There is no voice {', '.join(unknown)}; the embedded ones are {', '.join(embedded)}."
        )
    return [embedded[name] for name in settings.voices or embedded]


def build_synthesizer(settings: Settings) -> Synthesizer:
    """Loads the front end and the voices: some seconds, and more on the very first start."""
    gate = Gate(limit=_AT_ONCE if settings.model else 1, waiting=settings.queue_length)
    return Synthesizer(FrontEnd(settings.lexicon), build_voices(settings), gate)


def create_app(settings: Settings, engine: Engine | None = None) -> Flask:
    """The service as a WSGI application.

    Without an ``engine`` it makes one that starts to load the voice in the background: so call this in
    the process that serves, after any fork. Until the voice is there, ``/healthz`` and ``/tts`` answer 503.
    """
    if engine is None:
        engine = Engine(partial(build_synthesizer, settings))
        engine.start()
    app = Flask("service", static_folder=None)
    app.json = Utf8Json(app)
    app.config["MAX_CONTENT_LENGTH"] = body_limit(settings.max_characters)
    register_lifecycle(app)
    register_errors(app)
    cache = AudioCache(settings.cache_bytes, max_followers=settings.queue_length)
    app.register_blueprint(tts_blueprint(engine, cache, settings.max_characters, log_text=settings.log_text))
    app.register_blueprint(voices_blueprint(engine))
    app.register_blueprint(ops_blueprint(engine))
    return app
