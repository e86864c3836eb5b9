"""Sambert's postnet: refines the decoder's mel with a look of a few frames ahead."""

from __future__ import annotations

from torch import Tensor, nn

from service.models.fsmn import Fsmn
from service.models.layers import Layers


class Postnet(nn.Module):
    """Adds a correction made by an FSMN and an LSTM that runs forward in time."""

    def __init__(self, layers: Layers, shift: int) -> None:
        super().__init__()
        self.fsmn = Fsmn(layers.under("fsmn"), shift)
        self.lstm = layers.lstm("lstm")
        self.fc = layers.linear("fc")

    def forward(self, mel: Tensor) -> Tensor:
        """Takes and gives shape (frames, mels)."""
        hidden, _ = self.lstm(self.fsmn(mel))
        corrected: Tensor = mel + self.fc(hidden)
        return corrected
