"""Qingsheng (情声): Mandarin speech with emotion as an HTTP service."""

import os

# From 1.29 on ONNX Runtime reports its use to its maker, unless this is set before it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
