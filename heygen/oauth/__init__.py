"""Signing in through the browser: OAuth 2.0 with PKCE (RFC 7636) and a loopback redirect (RFC 8252)."""
