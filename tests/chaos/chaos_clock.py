"""Clock: shifts what a process takes for the time of day, while it runs.

A library of a few lines is put before the C library of the process (``LD_PRELOAD``): it adds what stands in a file to
every answer about the time of day, and leaves clocks that only measure alone. It reaches all that asks the C library:
Python's ``time.time`` and ``datetime.now``, SQLite, the Rust core of Chroma. It does not reach ``nats-server``, which
is linked statically and asks the kernel itself.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

__all__ = ["Clock", "can_skew"]

_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile long long *shift;

__attribute__((constructor)) static void look(void) {
    const char *name = getenv("S3AGENTS_CHAOS_CLOCK");
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    void *page = file < 0 ? MAP_FAILED : mmap(0, sizeof(long long), PROT_READ, MAP_SHARED, file, 0);
    if (file >= 0) close(file);
    if (page != MAP_FAILED) shift = page;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, now);
    if (!failed && shift && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += *shift;
    return failed;
}

int gettimeofday(struct timeval *now, void *zone) {
    struct timespec exact;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &exact)) return -1;
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (out) *out = exact.tv_sec;
    return exact.tv_sec;
}
"""


class Clock:
    """The time of day as some processes see it.

    Args:
        folder: for the file that tells them how far it is off.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        np.zeros(1, dtype=np.int64).tofile(self._file)
        self._shift = np.memmap(self._file, dtype=np.int64, mode="r+")

    @property
    def environ(self) -> dict[str, str]:
        """What a process needs in its environment for its clock to be this one."""
        return {"LD_PRELOAD": str(_library()), "S3AGENTS_CHAOS_CLOCK": str(self._file)}

    def shift(self, seconds: int) -> None:
        """Be ``seconds`` ahead of the time, or behind it, from now on."""
        self._shift[0] = seconds
        self._shift.flush()


@cache
def _library() -> Path:
    folder = Path(mkdtemp(prefix="s3agents-clock-"))
    source, library = folder / "clock.c", folder / "clock.so"
    source.write_text(_SOURCE)
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    return library


@cache
def can_skew() -> bool:
    """Whether there is a C compiler."""
    return shutil.which("cc") is not None
