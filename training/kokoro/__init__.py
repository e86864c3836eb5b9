"""Kokoro-82M, quantised, with Mandarin styles: the teacher, and its voices to be scored beside ours."""
