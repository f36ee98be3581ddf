"""Where papers come from: bytes in, records out, one source a file. Knows neither the library nor Django."""
