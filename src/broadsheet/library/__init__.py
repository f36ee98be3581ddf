"""The library: Django's models and every query. No business rule lives here, only what the database is asked."""
