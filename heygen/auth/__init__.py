"""Who is calling: the credential and its store, signing in with the browser or on another device, and keeping a session alive."""
