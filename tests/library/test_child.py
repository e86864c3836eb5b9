"""A child does what would leave its imports behind, and answers in bytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from service.library.child import ask
from service.models.errors import ModelError

CHILD = "tests.library.answering"


def test_the_answer_is_what_the_work_gave_whatever_else_is_printed() -> None:
    assert ask("Echoing", CHILD, "echo", "你好\n") == "你好\n".encode()


def test_an_answer_may_be_large() -> None:
    assert ask("Giving much", CHILD, "many") == bytes(5_000_000)


def test_a_model_error_is_raised_again_here() -> None:
    with pytest.raises(ModelError, match=r"^模型坏了 is damaged\.$"):
        ask("Refusing", CHILD, "refuse")


def test_a_crash_is_told_with_what_was_being_done(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ModelError, match=r"^Crashing failed; what it wrote on standard error says why\.$"):
        ask("Crashing", CHILD, "crash")
    assert "KeyError" in capfd.readouterr().err


def test_a_kill_is_told_with_the_likeliest_reason() -> None:
    with pytest.raises(ModelError, match=r"^Dying was ended by signal 9; was there too little memory\?$"):
        ask("Dying", CHILD, "die")


def test_the_folder_that_one_is_in_lends_no_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    assert ask("Echoing", CHILD, "echo", "a") == b"a"


def test_a_child_ends_with_its_parent() -> None:
    command = [sys.executable, "-m", CHILD, "wait"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin
        child.stdin.close()  # as the system does when a process ends
        assert child.wait(30) == 1
