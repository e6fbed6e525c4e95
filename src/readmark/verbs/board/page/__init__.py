"""leaderboard.html: one file that opens from a disk, asks no network and runs nothing but its own script.

`tables` and `plot` say what stands in it, `items` what is behind it, `render` makes the file of template, style and
script, which lie beside them.
"""

from readmark.verbs.board.page.render import PAGE, contents, generator_of, render_page

__all__ = ["PAGE", "contents", "generator_of", "render_page"]
