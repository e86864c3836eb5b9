"""Scoring speech without a person: what a recogniser hears, how clean it sounds, how it is spoken."""
