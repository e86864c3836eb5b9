"""Sambert-HifiGan voices: their files on disk, their symbols, and their networks in plain PyTorch.

Only the modules that hold networks or read checkpoints import torch; the others serve without it.
"""
