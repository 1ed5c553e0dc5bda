"""The backends: each subfolder lowers a network to one engine, simulator or board."""

if __name__ != "spikemem.backends":
    raise ImportError(f"import spikemem.backends, not {__name__}: a second copy of the package would be made")
