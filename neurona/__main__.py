"""`python -m neurona`: the command line."""

from neurona.cli import main

main()
