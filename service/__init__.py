"""Qingsheng (情声): Mandarin speech with emotion as an HTTP service."""
