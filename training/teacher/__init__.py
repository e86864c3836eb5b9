"""The teacher: Kokoro speaks the corpus, and says itself where each sound lies and how high it is."""
