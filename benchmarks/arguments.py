"""What a benchmark is told on its command line: its own docstring is the help, and most of it are numbers."""

import argparse


def parser_of(doc: str | None, **numbers: int) -> argparse.ArgumentParser:
    """A parser that takes these numbers, each as an option of its name, with its usual value."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, number in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=number, metavar="N")
    return parser
