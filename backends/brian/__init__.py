"""Brian2: its runtime, its C++ standalone device, and brian2cuda's. Importing this imports none of them."""
