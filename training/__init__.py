"""How the embedded voices are made: from texts to a voice in the ModelScope layout; see docs/training.md."""
