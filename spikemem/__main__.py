"""``python -m spikemem``: the command line."""

from spikemem.cli.main import entry

if __name__ == "__main__":
    entry()
