"""Every Eval Ever 0.3.0: an aggregate a model and, where references may go out, a line an item beside it."""

from readmark.verbs.export.every_eval_ever.files import write_every_eval_ever

__all__ = ["write_every_eval_ever"]
