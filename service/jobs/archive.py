"""The results of a batch as one file."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict

from service.jobs.job import Job
from service.recording import Recording

_BEGINNING = (1980, 1, 1, 0, 0, 0)  # of time, to a zip file: the same results give the same bytes


def archive(job: Job, recordings: Sequence[Recording]) -> bytes:
    """A zip file with each part as audio, numbered from 1, and ``manifest.json``.

    The manifest lists for each part its file, its text, how many seconds it plays, and when each word is
    heard. Audio is stored as it is, for it is hard to compress.
    """
    width = len(str(len(recordings)))
    names = [f"{number:0{width}}.{job.asked.format}" for number in range(1, len(recordings) + 1)]
    parts = [
        {
            "file": name,
            "text": text,
            "sample_rate": recording.sample_rate,
            "seconds": round(recording.seconds, 3),
            "words": [asdict(word) for word in recording.words],
        }
        for name, text, recording in zip(names, job.texts, recordings, strict=True)
    ]
    manifest = json.dumps({"format": job.asked.format, "parts": parts}, ensure_ascii=False)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as packed:
        for name, recording in zip(names, recordings, strict=True):
            packed.writestr(zipfile.ZipInfo(name, _BEGINNING), recording.audio)
        about = zipfile.ZipInfo("manifest.json", _BEGINNING)
        packed.writestr(about, manifest.encode(), zipfile.ZIP_DEFLATED)
    return whole.getvalue()
