"""How fast a voice speaks by itself, where it is better understood at another rate than it has learned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.models.config import AcousticConfig
from service.models.unit import EMOTION, LinguisticUnit


def paces(
    config: AcousticConfig, unit: LinguisticUnit, emotion: NDArray[np.int64], intensity: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Gives the factor on the rate of each symbol, shape (n,): that of the voice and that of the emotion.

    Args:
        config, unit: the voice's.
        emotion: ids, shape (n,).
        intensity: of the emotions, shape (n,); the factor of one goes with it by powers, to 1 in neutral.
    """
    logarithms = np.zeros(len(unit.vocabularies[EMOTION]), np.float32)
    for name, factor in config.emotion_paces:
        logarithms[unit.emotion_id(name)] = np.log(factor)
    factors: NDArray[np.float32] = np.float32(config.pace) * np.exp(intensity * logarithms[emotion])
    return factors
