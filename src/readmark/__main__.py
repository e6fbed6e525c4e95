"""`python -m readmark`."""

from readmark.cli import main

main()
