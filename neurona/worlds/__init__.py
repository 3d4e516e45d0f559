"""The space of scenes, and the posterior over it: listed where scenes are few, else searched and sampled."""

from neurona.worlds.candidates import Screening
from neurona.worlds.evidence import FactEvidence, States
from neurona.worlds.listed import SceneList, few_scenes, labels_space
from neurona.worlds.sampled import SampledScenes
from neurona.worlds.sampler import SamplerSettings, ScenePosterior, sample_scenes
from neurona.worlds.space import SceneSpace

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
