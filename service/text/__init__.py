"""The Mandarin front end: text or SSML in, typed sentences out."""
