"""The order of papers: arithmetic only. Knows neither the library nor Django; the time is given to it."""
