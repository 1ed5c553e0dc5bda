"""The experiments: one TOML file each, the suites, and the code that only they need."""

if __name__ != "spikemem.experiments":
    raise ImportError(f"import spikemem.experiments, not {__name__}: a second copy of the package would be made")
