"""The command line. The embedded voice is needed for subtitles only; tests/web/test_serve.py has more."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result

from service.cli import main
from service.runtime.exported import read_exported, write_exported
from tests.models import golden
from tests.models.golden_model import LINES, MODEL
from tests.runtime.voices import exported


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=stdin)


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two exported voices."""
    folder = tmp_path_factory.mktemp("exported")
    write_exported([exported("plain_emo"), exported("fp_emo")], folder)
    return folder


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
            (["--format", "wma"], "wav, mp3, flac, ogg, aac, pcm"),
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
        assert "wav, mp3, flac, ogg, aac, pcm" in result.stderr

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

    def test_subtitles_are_written_beside_the_audio(self, tmp_path: Path) -> None:
        for name, start in (("a.srt", "1\n00:00:00,"), ("a.VTT", "WEBVTT\n\n00:00:00.")):
            result = run("say", "你好！", "-o", str(tmp_path / "a.wav"), "--subtitles", str(tmp_path / name))
            assert result.exit_code == 0, result.stderr
            text = (tmp_path / name).read_text("utf-8")
            assert text.startswith(start)
            assert "\n你好！\n" in text
        assert (tmp_path / "a.wav").stat().st_size > 1000


class TestSaySymbols:
    @pytest.fixture
    def symbols(self, tmp_path: Path) -> Path:
        file = tmp_path / "lines.txt"
        file.write_text(f"0\t{LINES['short']}\n\n1\t{LINES['short']}\n", "utf-8")
        return file

    @pytest.mark.parametrize("backend", ["onnx", "torch"])
    def test_lines_are_spoken_and_the_first_is_dumped(
        self, tmp_path: Path, symbols: Path, exports: Path, backend: str
    ) -> None:
        output, dump = tmp_path / "a.wav", tmp_path / "a.npz"
        model = exports if backend == "onnx" else MODEL
        named = ["--model", str(model), "--voice", "plain_emo", "--backend", backend, "--threads", "1"]
        result = run("say", "--symbols", str(symbols), *named, "-o", str(output), "--dump", str(dump))
        assert result.exit_code == 0, result.stderr
        expected = golden.values("plain_emo__short")
        with np.load(dump) as said:
            np.testing.assert_array_equal(said["dur"], expected["dur"])
            np.testing.assert_allclose(said["mel"], expected["mel"], rtol=0, atol=1e-4)
            np.testing.assert_allclose(said["wav"], expected["wav"], rtol=0, atol=1e-4)
        assert soundfile.info(output).frames == 2 * len(expected["wav"])

    def test_the_model_of_the_settings_is_taken_where_none_is_named(
        self, tmp_path: Path, symbols: Path, exports: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TTS_MODEL", str(exports))
        arguments = ["--symbols", str(symbols), "--voice", "fp_emo", "-o", str(tmp_path / "a.wav")]
        assert run("say", *arguments).exit_code == 0

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["你好", "--symbols", "lines.txt"], "Give one of TEXT and --symbols FILE."),
            ([], "Give one of TEXT and --symbols FILE."),
            (["你好", "--dump", "a.npz"], "--dump goes with --symbols only."),
            (["你好", "--backend", "onnx"], "--backend goes with --symbols only."),
            (["--symbols", "lines.txt", "--emotion", "sad"], "--emotion goes with a TEXT only."),
            (["--symbols", "lines.txt", "--subtitles", "a.srt"], "--subtitles goes with a TEXT only."),
            (
                ["--symbols", "lines.txt", "--voice", "a"],
                "--symbols needs --voice, and --model or TTS_MODEL.",
            ),
            (
                ["--symbols", "lines.txt", "--model", "a"],
                "--symbols needs --voice, and --model or TTS_MODEL.",
            ),
            (
                ["--symbols", "lines.txt", "--model", "a", "--voice", "b", "--dump", "no/a.npz"],
                "The folder no does not exist.",
            ),
        ],
    )
    def test_options_that_do_not_go_together_are_told(
        self, tmp_path: Path, symbols: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        result = run("say", *arguments, "-o", "a.wav")
        assert (result.exit_code, result.stderr) == (2, f"Error: {said}\n")

    @pytest.mark.parametrize(
        ("model", "voice", "file", "said"),
        [
            ("exports", "nobody", "lines.txt", "has no voice nobody; it has plain_emo, fp_emo"),
            ("exports", "plain_emo", "none.txt", "none.txt cannot be read"),
            ("nowhere", "plain_emo", "lines.txt", "There is no model folder 'nowhere'"),
            ("exports", "plain_emo", "odd.txt", "Symbol line 1: The voice does not know phoneme 'qqq'"),
        ],
    )
    def test_what_cannot_be_spoken_is_one_sentence_and_exit_2(
        self,
        tmp_path: Path,
        symbols: Path,
        exports: Path,
        monkeypatch: pytest.MonkeyPatch,
        model: str,
        voice: str,
        file: str,
        said: str,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path("odd.txt").write_text(LINES["short"].replace("n_c", "qqq"), "utf-8")
        folder = str(exports) if model == "exports" else model
        result = run("say", "--symbols", file, "--model", folder, "--voice", voice, "-o", "a.wav")
        assert result.exit_code == 2
        assert said in result.stderr
        assert len(result.stderr.splitlines()) == 1
        assert not Path("a.wav").exists()


class TestVoices:
    def test_the_voices_of_a_model_are_listed_in_the_order_of_the_settings(
        self, exports: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TTS_MODEL", str(exports))
        monkeypatch.setenv("TTS_VOICES", "fp_emo,plain_emo")
        result = run("voices")
        assert result.exit_code == 0, result.stderr
        rows = [line.split("\t") for line in result.stdout.splitlines()]
        assert [(row[0], row[2]) for row in rows] == [("fp_emo", "16000 Hz"), ("plain_emo", "16000 Hz")]
        assert all(row[3].startswith("neutral, ") for row in rows)

    def test_embedded_voices_can_be_picked_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TTS_VOICES", "yunjian")
        assert [line.split("\t")[0] for line in run("voices").stdout.splitlines()] == ["yunjian"]

    @pytest.mark.parametrize(
        ("model", "said"),
        [("", "There is no voice nobody; the embedded ones are xiaobei"), ("exports", "has no voice nobody")],
    )
    def test_an_unknown_voice_is_one_sentence_and_exit_2(
        self, exports: Path, monkeypatch: pytest.MonkeyPatch, model: str, said: str
    ) -> None:
        monkeypatch.setenv("TTS_MODEL", str(exports) if model else "")
        monkeypatch.setenv("TTS_VOICES", "nobody")
        result = run("voices")
        assert result.exit_code == 2
        assert said in result.stderr
        assert len(result.stderr.splitlines()) == 1


class TestExport:
    def test_voices_are_converted_with_a_line_each_and_can_be_spoken_with(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names = ["--voice", "fp_emo", "--voice", "plain_emo"]
        result = run("export", str(MODEL), "-o", str(tmp_path / "voices"), "--precision", "int16", *names)
        assert result.exit_code == 0, result.stderr
        assert [line.split(",")[0] for line in result.stdout.splitlines()] == [
            "fp_emo: int16",
            "plain_emo: int16",
        ]
        monkeypatch.setenv("TTS_MODEL", str(tmp_path / "voices"))
        assert run("say", "你好", "-o", str(tmp_path / "a.wav")).exit_code == 0
        assert (tmp_path / "a.wav").stat().st_size > 1000

    @pytest.mark.slow
    def test_speech_is_scored_where_the_scorers_are_installed(self, tmp_path: Path) -> None:
        result = run("export", str(MODEL), "-o", str(tmp_path), "--voice", "causal_emo")
        assert result.exit_code == 0, result.stderr
        (voice,) = read_exported(tmp_path)
        assert {"log_spectral_distance_db", "fp32_ser", "int8_ovrl"} <= set(voice.verdict)
        assert result.stdout.startswith("causal_emo: int8, as int8 passed: log-spectral distance ")
        assert "not scored as speech" in result.stdout  # random weights speak noise

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["nowhere", "-o", "out"], "There is no model folder 'nowhere'"),
            ([str(MODEL), "-o", "out", "--voice", "nobody"], "has no voice 'nobody'"),
            ([str(MODEL), "-o", "file/out", "--precision", "int16"], "file/out"),
        ],
    )
    def test_what_cannot_be_exported_is_one_sentence_and_exit_2(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path("file").touch()
        result = run("export", *arguments)
        assert result.exit_code == 2
        assert said in result.stderr
        assert len(result.stderr.splitlines()) == 1
        assert not Path("out").exists()

    def test_an_exported_folder_is_told_apart(self, tmp_path: Path, exports: Path) -> None:
        result = run("export", str(exports), "-o", str(tmp_path / "out"))
        assert result.exit_code == 2
        assert "holds exported voices already" in result.stderr


@pytest.mark.parametrize(
    "command",
    [["serve"], ["voices"], ["read", "你好"], ["say", "你好", "-o", "a.wav"], ["export", "a", "-o", "b"]],
)
def test_a_wrong_setting_ends_any_command_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("TTS_PORT", "http")
    result = run(*command)
    assert result.exit_code == 2
    assert result.stderr == "Error: TTS_PORT must be a TCP port from 1 to 65535, not 'http'.\n"
