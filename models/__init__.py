"""The memories: one file each, written in the models language only."""

if __name__ != "spikemem.models":
    raise ImportError(f"import spikemem.models, not {__name__}: a second copy of the package would be made")
