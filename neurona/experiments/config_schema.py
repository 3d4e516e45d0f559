"""The JSON Schema of config files, for editors: `# yaml-language-server: $schema=FILE` completes keys and marks unknown ones."""

from __future__ import annotations

from typing import Any

from neurona.decoders import decoders
from neurona.encoders import ENCODERS
from neurona.experiments.metrics import METRICS
from neurona.experiments.plots import PLOTS
from neurona.experiments.schema import Config
from neurona.recordings.alignment import ALIGNMENTS
from neurona.training.augmentation import AUGMENTATIONS


def config_schema() -> dict[str, Any]:
    """What a config file may hold.

    A file may extend another and give only what differs, so no key is required here; `load_config` requires what is missing in the end.
    """
    schema = Config.model_json_schema()
    for section in (schema, *schema["$defs"].values()):
        section.pop("required", None)
    properties = schema["properties"]
    properties["extends"] = {
        "type": "string",
        "description": "Another config, beside this file; this one gives what differs.",
    }
    properties["decoder"] = _or_name(properties["decoder"], sorted(decoders()))
    properties["entities"] = _or_name(properties["entities"], _methods(properties["entities"]))
    align, nothing = properties["align"]["anyOf"]
    properties["align"] = {"anyOf": [*_or_name(align, sorted(ALIGNMENTS))["anyOf"], nothing]}
    neurona = schema["$defs"]["NeuronaSettings"]["properties"]
    neurona["encoder"] = _or_name(neurona["encoder"], sorted(ENCODERS))
    augmentation = schema["$defs"]["TrainingSettings"]["properties"]["augmentation"]
    augmentation["items"] = _or_name(augmentation["items"], sorted(AUGMENTATIONS))
    evaluation = schema["$defs"]["EvaluationConfig"]["properties"]
    for name, registry in (("metrics", METRICS), ("plots", PLOTS)):
        evaluation[name]["items"] = {"enum": list(registry)}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _or_name(section: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """A section, or the name of its kind alone. Sections that leave their kind to an extended file fit several kinds, hence anyOf."""
    return {"anyOf": [{"enum": names}, *section["oneOf"]]}


def _methods(section: dict[str, Any]) -> list[str]:
    """The kinds of a section that need no further setting."""
    return sorted(section["discriminator"]["mapping"])
