"""A small Kubernetes API server; `server.running` starts one."""
