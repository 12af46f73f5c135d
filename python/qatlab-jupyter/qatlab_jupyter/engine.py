"""The entry point that papermill loads when it starts: it makes the language known.

The engine itself is papermill's usual one.
"""

from papermill.engines import NBClientEngine as Engine
from papermill.translators import papermill_translators

from .parameters import Translator

__all__ = ["Engine"]

papermill_translators.register("qatlab", Translator)
