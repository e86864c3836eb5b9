"""The networks of one voice, loaded and ready to speak."""

from __future__ import annotations

import ctypes

from service.runtime.acoustic import AcousticModel
from service.runtime.decoder import decoder_of
from service.runtime.exported import ExportedVoice
from service.runtime.postnet import Postnet
from service.runtime.shelf import Shelf
from service.runtime.vocoder import Vocoder


class Networks:
    """A voice's networks. Safe to share between threads.

    Attributes:
        acoustic: plans a line.
        decoder: decodes planned lines, several at a time.
        postnet: refines what is decoded.
        vocoder: makes samples of it.
    """

    def __init__(
        self,
        voice: ExportedVoice,
        library: ctypes.CDLL | None,
        precision: str | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        """Loads the graphs.

        Args:
            voice: the exported voice.
            library: the compiled one, or None to do without it.
            precision: of the vocoder, see there; the decoder is exact where ``"fp32"`` is asked for.
            shelf: of the voices that share what they have in common.
        """
        shelf = shelf or Shelf()
        self.acoustic = AcousticModel(voice, library, shelf)
        self.decoder = decoder_of(voice.tensors, voice.acoustic, library, shelf, exact=precision == "fp32")
        self.postnet = Postnet(voice, shelf)
        self.vocoder = Vocoder(voice, precision, library, shelf)
