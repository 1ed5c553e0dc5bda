"""A SpiNNaker board in software: the host talks to it over UDP, and its cores run the real binaries."""

if __name__ != "spikemem.backends.spinnaker_board":
    raise ImportError(
        f"import spikemem.backends.spinnaker_board, not {__name__}: a second copy of the package would be made"
    )
