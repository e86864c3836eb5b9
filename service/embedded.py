"""The embedded voices: where they lie, and what their files do not tell."""

from __future__ import annotations

import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from service.models.errors import ModelError
from service.runtime.exported import MANIFEST, ExportedVoice, read_exported
from service.settings import SettingError

GENDERS: Mapping[str, str] = MappingProxyType({"xiaobei": "female", "yunjian": "male"})
"""Of the voices, by their names."""

# An editable install leaves a copy in the environment, too, which ages: so the checkout's come first.
_CHECKOUT = Path(__file__).parent.parent / "voices" / "served"
_INSTALLED = Path(sysconfig.get_path("data")) / "share" / "qingsheng" / "voices"


def embedded_voices(names: Sequence[str] = ()) -> list[ExportedVoice]:
    """Reads the embedded voices, all or those that are named, in that order.

    Raises:
        ModelError: they are not there, or damaged.
        SettingError: there is no embedded voice of such a name.
    """
    voices = {voice.name: voice for voice in read_exported(embedded_folder())}
    if unknown := [name for name in names if name not in voices]:
        raise SettingError(
            f"There is no voice {', '.join(unknown)}; the embedded ones are {', '.join(voices)}."
        )
    return [voices[name] for name in names or voices]


def embedded_folder() -> Path:
    """Gives the folder of their export: the checkout's, else the one that was installed with the package.

    Raises:
        ModelError: neither is there.
    """
    for folder in (_CHECKOUT, _INSTALLED):
        if (folder / MANIFEST).is_file():
            return folder
    raise ModelError(
        f"The embedded voices are in neither {_CHECKOUT} nor {_INSTALLED}; "
        "install qingsheng again, or set TTS_MODEL to other voices."
    )
