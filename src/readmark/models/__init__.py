"""Models: one small door (`Model`), the ways to it (`find_model`), and how they are asked (`ask`)."""

from readmark.models.ask import Asked, ask
from readmark.models.door import LoadedModel, Model
from readmark.models.find import SCHEMES, baselines, find_model, plugins

__all__ = ["SCHEMES", "Asked", "LoadedModel", "Model", "ask", "baselines", "find_model", "plugins"]
