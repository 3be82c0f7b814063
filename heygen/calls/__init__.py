"""What commands share: making a request of an operation, sending it, waiting for what it made, saving it."""
