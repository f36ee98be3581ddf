"""Front ends: each parses a request, calls a verb of the core, and presents the answer. No rule of the product."""
