"""Settings come from the environment; a wrong one is told in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.settings import SettingError, Settings, load_settings


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TTS_{name.upper()}", raising=False)


def test_the_defaults() -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.threads) == ("0.0.0.0", 8080, None)
    assert settings.max_characters == 10_000
    assert not settings.log_text


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTS_PORT", "9000")
    monkeypatch.setenv("TTS_CACHE_DIR", "/somewhere")
    monkeypatch.setenv("TTS_LOG_TEXT", "true")
    settings = load_settings()
    assert (settings.port, settings.cache_dir, settings.log_text) == (9000, Path("/somewhere"), True)


def test_an_empty_variable_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTS_THREADS", "")
    assert load_settings().threads is None


def test_without_a_model_the_embedded_voices_are_served() -> None:
    settings = load_settings()
    assert (settings.model, settings.model_revision, settings.voices, settings.precision) == (
        None,
        None,
        (),
        None,
    )


def test_the_model_comes_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTS_MODEL", "iic/speech_sambert-hifigan_tts_zh-cn_16k")
    monkeypatch.setenv("TTS_MODEL_REVISION", "v1.0.4")
    monkeypatch.setenv("TTS_PRECISION", "fp32")
    settings = load_settings()
    assert settings.model == "iic/speech_sambert-hifigan_tts_zh-cn_16k"
    assert (settings.model_revision, settings.precision) == ("v1.0.4", "fp32")


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("zhitian", ("zhitian",)),
        ("zhiyan, zhitian", ("zhiyan", "zhitian")),
        ("b,a,b,", ("b", "a")),
        ("知天", ("知天",)),
        ("[1]", ("[1]",)),
        ("", ()),
        (" , ", ()),
    ],
)
def test_voices_are_names_with_commas_between_them_each_once_in_their_order(
    monkeypatch: pytest.MonkeyPatch, value: str, names: tuple[str, ...]
) -> None:
    monkeypatch.setenv("TTS_VOICES", value)
    assert load_settings().voices == names


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("TTS_PORT", "abc", "1 to 65535"),
        ("TTS_PORT", "0", "1 to 65535"),
        ("TTS_PORT", "65536", "1 to 65535"),
        ("TTS_THREADS", "0", "1 to 256"),
        ("TTS_WORKERS", "0", "1 to 64"),
        ("TTS_QUEUE_SECONDS", "-1", "0 to 3600"),
        ("TTS_MAX_REQUESTS", "0", "1 to 1000"),
        ("TTS_REQUEST_TIMEOUT", "0", "above 0"),
        ("TTS_CACHE_URL", "localhost:6379", "redis://"),
        ("TTS_JOBS_URL", "http://localhost", "redis://"),
        ("TTS_API_KEYS", "secret", "qingsheng key"),
        ("TTS_TRUSTED_PROXIES", "-1", "0 to 10"),
        ("TTS_MAX_CHARACTERS", "0", "1 to 1000000"),
        ("TTS_CACHE_BYTES", "-1", "0 or more"),
        ("TTS_LEXICON", "/does/not/exist.tsv", "an existing TSV file"),
        ("TTS_LOG_LEVEL", "loud", "debug, info, warning or error"),
        ("TTS_LOG_TEXT", "maybe", "true or false"),
        ("TTS_PRECISION", "fp16", "int8, int16 or fp32"),
    ],
)
def test_a_wrong_value_is_told_with_its_variable_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError) as raised:
        load_settings()
    sentence = str(raised.value)
    assert sentence.startswith(f"{name} must be ")
    assert allowed in sentence
    assert (repr(value) in sentence) is (name not in ("TTS_CACHE_URL", "TTS_JOBS_URL", "TTS_API_KEYS"))
    assert "\n" not in sentence


def test_the_cache_folder_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert load_settings().cache_dir == tmp_path / "qingsheng"


def test_every_setting_says_what_it_must_be() -> None:
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"TTS_WORKERS": "2", "TTS_CACHE_URL": "redis://a"}, "TTS_WORKERS above 1 needs TTS_CACHE_URL and"),
        ({"TTS_CALLBACK_HOSTS": "example.org"}, "TTS_CALLBACK_HOSTS needs TTS_CALLBACK_SECRET"),
    ],
)
def test_settings_that_need_each_other_say_so(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], said: str
) -> None:
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=said):
        load_settings()
