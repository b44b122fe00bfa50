"""Lets pytest verify environments from this folder, where the package is not installed."""

pytest_plugins = ["tasktool_infra.pytest_plugin"]
