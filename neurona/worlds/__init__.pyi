from .candidates import Screening
from .evidence import FactEvidence, States
from .listed import SceneList, few_scenes, labels_space
from .posterior import ScenePosterior
from .sampled import SampledScenes
from .sampler import SamplerSettings, sample_scenes
from .space import SceneSpace

__all__ = [
    "FactEvidence",
    "SampledScenes",
    "SamplerSettings",
    "SceneList",
    "ScenePosterior",
    "SceneSpace",
    "Screening",
    "States",
    "few_scenes",
    "labels_space",
    "sample_scenes",
]
