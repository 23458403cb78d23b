"""Templates of gates: what stands in them, reading them from YAML with every fault named, and writing them back."""
