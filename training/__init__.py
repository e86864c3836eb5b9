"""How the embedded voice is made: from texts to a voice in the ModelScope layout; see docs/training.md."""
