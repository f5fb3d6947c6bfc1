"""`python -m archdsl`: the same as the `archdsl` command."""

from archdsl.cli import main

if __name__ == "__main__":
    main(prog_name="archdsl")
