"""Facts: frozen, validated, JSON-able records shared by terminal and headquarters."""
