"""The Kubernetes kinds, by server-side apply, and how a cluster is reached."""
