"""Scripts that the tests run as programs of their own: pytest need not import them, for they import sPyNNaker and Unicorn."""

collect_ignore = ["broken_server.py", "crowded.py", "features.py", "leaks.py", "live.py", "pairing.py", "ring.py"]
