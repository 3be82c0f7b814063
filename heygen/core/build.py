"""Build metadata: what a release build stamps into its copy of the package, and a checkout leaves empty."""

from __future__ import annotations

#: Where usage events go, and the project key they carry. Empty: none are sent.
ANALYTICS_URL = ""
ANALYTICS_KEY = ""

#: The list of releases that `heygen update` reads, in the form of GitHub's releases API. Empty: it has to be named.
RELEASES_URL = ""
