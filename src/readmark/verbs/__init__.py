"""What the command line and the Python API do, a verb a module; they do not import each other.

A package of their own, so that `readmark.run` is always the function and never the module of that name.
"""
