"""Finds botocore's descriptions of services without a walk through all of them."""

import os
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from botocore.loaders import Loader, create_loader


class QuickLoader(Loader):  # type: ignore[misc]
    """Botocore's own, except that every folder counts as a service.

    Its own looks into more than 400 folders, once for each sort of description, to know whether one service exists.
    What a folder does not hold is said when it is read.
    """

    def list_available_services(self, type_name: str) -> list[str]:
        """Give the names of all services."""
        del type_name
        return self._services

    @cached_property
    def _services(self) -> list[str]:
        folders = [Path(path) for path in self.search_paths]
        return sorted({name for folder in folders if folder.is_dir() for name in os.listdir(folder)})  # noqa: PTH208 - a name is all


def loader(session: Any) -> QuickLoader:
    """Give the loader for a session of botocore, with the paths that its configuration adds."""
    return _loader(tuple(create_loader(session.get_config_variable("data_path")).search_paths))


@cache
def _loader(paths: tuple[str, ...]) -> QuickLoader:
    # One for all sessions of a process, as for all clients of one session: descriptions take long to read.
    return QuickLoader(list(paths), include_default_search_paths=False)
