"""HiFi-GAN as it is trained: many pieces at once, and with an adversary."""
