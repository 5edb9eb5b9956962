"""Runs a command and prints what the system accounted for it, as JSON: measure.py COMMAND [ARG ...]"""
import ctypes
import json
import os
import resource
import sys
import time

PR_SET_CHILD_SUBREAPER = 36  # prctl(2): what the command leaves behind, as Spark its JVM, becomes ours to wait for
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
began = time.monotonic()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[
    (os.POSIX_SPAWN_DUP2, 2, 1),  # what the command prints goes to stderr: stdout is for the figures
])
_, status = os.waitpid(pid, 0)
wall = time.monotonic() - began
try:
    while True:
        os.wait()
except ChildProcessError:
    pass
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "exit": os.waitstatus_to_exitcode(status),
    "wallSeconds": wall,
    "cpuSeconds": usage.ru_utime + usage.ru_stime,
    "peakBytes": usage.ru_maxrss * 1024,  # of the largest single process
}))
