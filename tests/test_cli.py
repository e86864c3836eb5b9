"""The command line. Only subtitles need the voice; tests/web/test_serve.py covers ``say`` else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli import main
from tests.conftest import MODEL_CACHE


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=stdin)


class TestRead:
    def test_shows_words_with_pinyin_and_breaks(self) -> None:
        result = run("read", "你好，世界。")
        assert result.exit_code == 0
        assert "ni2 hao3" in result.stdout
        assert "shi4 jie4" in result.stdout
        assert "‖" in result.stdout

    def test_json_is_one_line_with_exactly_the_promised_members(self) -> None:
        result = run("read", "--json", "你好，hello。今天好。")
        (line,) = result.stdout.splitlines()
        told = json.loads(line)
        assert told["text"] == "你好，hello。今天好。"
        assert set(told) == {"text", "sentences"}
        assert [set(sentence) for sentence in told["sentences"]] == [{"emotion", "words"}] * 2
        words = {word["text"].lower(): word for word in told["sentences"][0]["words"]}
        assert words["你好"] == {"text": "你好", "pinyin": ["ni2", "hao3"], "break": 3}
        assert words["hello"]["pinyin"] == []
        assert [len(syllable.split()) for syllable in words["hello"]["arpabet"]] == [2, 2]
        assert words["hello"]["break"] == 4

    def test_json_tells_the_emotion_of_each_sentence(self) -> None:
        result = run("read", "--json", '<speak>好。<emotion category="sad">不好。</emotion></speak>')
        assert [s["emotion"] for s in json.loads(result.stdout)["sentences"]] == ["neutral", "sad"]

    def test_symbols_are_lines_of_sambert(self) -> None:
        result = run("read", "--symbols", "你好。")
        assert result.exit_code == 0
        assert result.stdout.startswith("{")

    def test_a_text_that_cannot_be_read_is_one_sentence_and_exit_2(self) -> None:
        result = run("read", "。。。")
        assert result.exit_code == 2
        assert result.stdout == ""
        assert len(result.stderr.splitlines()) == 1

    def test_lines_of_standard_input_give_a_line_each(self) -> None:
        result = run("read", "--json", stdin="你好\n\n<speak>坏\n再见\r\n")
        told = [json.loads(line) for line in result.stdout.splitlines()]
        assert [line["text"] for line in told] == ["你好", "", "<speak>坏", "再见"]
        assert [bool(line["sentences"]) for line in told] == [True, False, False, True]
        assert [sorted(line) for line in told[1:3]] == [["error", "sentences", "text"]] * 2
        assert result.exit_code == 0

    def test_without_json_a_bad_line_is_told_on_standard_error(self) -> None:
        result = run("read", stdin="你好\n……\n再见\n")
        assert len(result.stdout.splitlines()) == 2
        assert len(result.stderr.splitlines()) == 1
        assert result.exit_code == 2

    def test_bytes_that_are_no_utf8_do_no_harm(self) -> None:
        result = run("read", "--json", stdin="你好".encode() + b"\xff\n")
        assert json.loads(result.stdout)["sentences"]

    def test_answers_come_line_by_line(self) -> None:
        """A program can write a line, read the answer, and write the next."""
        command = [sys.executable, "-m", "service", "read", "--json"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        ) as child:
            assert child.stdin
            assert child.stdout
            for text in ("你好", "再见"):
                child.stdin.write(text + "\n")
                child.stdin.flush()
                assert json.loads(child.stdout.readline())["text"] == text
            child.stdin.close()
            assert child.wait(30) == 0

    def test_the_voice_is_not_loaded_for_it(self) -> None:
        script = (
            "import sys; from click.testing import CliRunner; from service.cli import main;"
            "assert CliRunner().invoke(main, ['read', '你好']).exit_code == 0;"
            "assert not {'onnxruntime', 'flask', 'soundfile'} & set(sys.modules)"
        )
        subprocess.run([sys.executable, "-c", script], check=True)


class TestSay:
    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--speed", "3"], "'speed' must be a number from 0.5 to 2"),
            (["--volume", "nan"], "'volume' must be a number from 0 to 2"),
            (["--format", "aac"], "wav, mp3, flac, ogg, pcm"),
        ],
    )
    def test_a_wrong_option_is_one_sentence_and_exit_2(
        self, tmp_path: Path, arguments: list[str], said: str
    ) -> None:
        result = run("say", "你好", "-o", str(tmp_path / "a.wav"), *arguments)
        assert result.exit_code == 2
        assert said in result.stderr
        assert len(result.stderr.splitlines()) == 1

    def test_a_name_that_ends_in_no_format_is_told_the_formats(self, tmp_path: Path) -> None:
        result = run("say", "你好", "-o", str(tmp_path / "a.txt"))
        assert result.exit_code == 2
        assert "wav, mp3, flac, ogg, pcm" in result.stderr

    @pytest.mark.parametrize("names", [("none/a.wav", "a.srt"), ("a.wav", "none/a.srt")])
    def test_a_folder_that_is_missing_is_told_before_anything_is_spoken(
        self, tmp_path: Path, names: tuple[str, str]
    ) -> None:
        output, subtitles = (str(tmp_path / name) for name in names)
        result = run("say", "你好", "-o", output, "--subtitles", subtitles)
        assert result.exit_code == 2
        assert "none does not exist" in result.stderr
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("name", ["a.txt", "srt", "a.vtt.bak"])
    def test_subtitles_of_another_kind_are_told_the_kinds(self, tmp_path: Path, name: str) -> None:
        result = run("say", "你好", "-o", str(tmp_path / "a.wav"), "--subtitles", str(tmp_path / name))
        assert result.exit_code == 2
        assert result.stderr == (
            f"Error: The name of the subtitles' file must end in .srt or .vtt, not {name}.\n"
        )
        assert not list(tmp_path.iterdir())

    def test_subtitles_are_written_beside_the_audio(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TTS_CACHE_DIR", str(MODEL_CACHE))
        for name, start in (("a.srt", "1\n00:00:00,"), ("a.VTT", "WEBVTT\n\n00:00:00.")):
            result = run("say", "你好！", "-o", str(tmp_path / "a.wav"), "--subtitles", str(tmp_path / name))
            assert result.exit_code == 0, result.stderr
            text = (tmp_path / name).read_text("utf-8")
            assert text.startswith(start)
            assert "\n你好！\n" in text
        assert (tmp_path / "a.wav").stat().st_size > 1000


@pytest.mark.parametrize("command", [["serve"], ["voices"], ["read", "你好"], ["say", "你好", "-o", "a.wav"]])
def test_a_wrong_setting_ends_any_command_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("TTS_PORT", "http")
    result = run(*command)
    assert result.exit_code == 2
    assert result.stderr == "Error: TTS_PORT must be a TCP port from 1 to 65535, not 'http'.\n"
