"""Plans and carries out changes to a world of resources; knows neither AWS nor Kubernetes."""
