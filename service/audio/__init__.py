"""Pure functions on mono float32 samples: trimming, joining, resampling, encoding."""
