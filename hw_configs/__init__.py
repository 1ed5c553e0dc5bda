"""The targets: one TOML file for each piece of hardware."""

if __name__ != "spikemem.hw_configs":
    raise ImportError(f"import spikemem.hw_configs, not {__name__}: a second copy of the package would be made")
