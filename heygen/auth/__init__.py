"""Who is calling: the credential and its store, signing in with the browser, and keeping a session alive."""
