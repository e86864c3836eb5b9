from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import ctypes, threading
from service.allocator import share_arenas
{call}
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
together, over = threading.Barrier(17), threading.Barrier(17)
def work():
    assert libc.malloc(1000)
    together.wait(); over.wait()
threads = [threading.Thread(target=work) for _ in range(16)]
for thread in threads: thread.start()
together.wait()
libc.open_memstream.restype = ctypes.c_void_p
text, size = ctypes.c_char_p(), ctypes.c_size_t()
stream = ctypes.c_void_p(libc.open_memstream(ctypes.byref(text), ctypes.byref(size)))
libc.malloc_info(0, stream); libc.fclose(stream)
print(text.value.decode().count("<heap nr="))
over.wait()
"""


@pytest.mark.skipif(not Path("/proc/self/maps").read_text().count("libc.so.6"), reason="not glibc")
def test_sixteen_threads_share_two_arenas() -> None:
    def arenas(call: str) -> int:
        ran = subprocess.run([sys.executable, "-c", SCRIPT.format(call=call)], capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        return int(ran.stdout)

    assert arenas("share_arenas()") == 2
    assert arenas("") > 2
