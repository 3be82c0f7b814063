"""HTTP: from a request to a response, through layers that each do one thing."""
