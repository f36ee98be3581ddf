"""What goes out by mail, and what comes back: rendered, built, signed, handed over; bounces read."""
