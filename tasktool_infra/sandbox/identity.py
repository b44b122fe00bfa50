"""Which process a pid means: pids are used again, the pair of pid and start time is not."""

import subprocess
from pathlib import Path

BOOT = Path("/proc/sys/kernel/random/boot_id")
STATE, START_TIME = 0, 19
"""Where both stand in /proc/PID/stat behind the command's name. Source: proc_pid_stat(5)."""


def identify(pid: int) -> str:
    """Give what tells a process from any other that had or will have its pid; empty when there is none."""
    if not BOOT.exists():
        command = ["/bin/ps", "-o", "lstart=", "-p", str(pid)]
        found = subprocess.run(command, capture_output=True, text=True, check=False, env={"LC_ALL": "C"})  # noqa: S603
        return found.stdout.strip()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return ""
    dead = fields[STATE] in "ZX"  # ended, and only waiting for its parent to notice
    return "" if dead else f"{BOOT.read_text('utf-8').strip()}:{fields[START_TIME]}"
