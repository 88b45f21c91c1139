"""What goes wrong in a candidate's own code, and what it says where only messages may stand."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from test_serve import UNKNOWN, judge, packed, unpacked  # noqa: F401

EVERY = [
    ("EOFError('Ran out of input')", "EOFError: Ran out of input"),
    ("BrokenPipeError(32, 'Broken pipe')", "BrokenPipeError: [Errno 32] Broken pipe"),
    ("KeyboardInterrupt", "KeyboardInterrupt"),
    ("SystemExit(9)", "SystemExit: 9"),
    ("GeneratorExit", "GeneratorExit"),
    ("StopIteration", "StopIteration"),
    ("RecursionError('maximum recursion depth exceeded')", "RecursionError: maximum"),
    ("BaseException('odd')", "BaseException: odd"),
    ("OSError(28, 'No space left on device')", "OSError: [Errno 28] No space left"),
    ("type('Mute', (Exception,), {'__str__': lambda self: 1 / 0})()", "Mute: its message cannot be had"),
]


@pytest.mark.parametrize("raised, said", EVERY)
def test_every_exception_is_reported(judge, raised, said):  # noqa: F811
    """With the line that raised it, and the candidate goes on."""
    j = judge(f"x = 1\nraise {raised}")
    for _ in range(2):
        error = j.sample()
        assert error["code"] == 2 and error["message"].startswith(f"<string>:7, in mine: {said}")
    errors = j.bye()
    assert errors.count("Traceback (most recent call last)") >= 2 and 'File "<string>", line 7, in mine' in errors


def test_no_memory_and_no_end_of_recursion(judge):  # noqa: F811
    j = judge("def deeper(k): return deeper(k + 1)\nif y[0] > 0: return np.empty((1 << 50, 2))\nreturn deeper(0)")
    error = j.sample(y=[1.0])
    assert error["code"] == 3 and error["message"].startswith("<string>:7, in mine: ") and "MemoryError" in error["message"]
    error = j.sample()
    assert error["code"] == 2 and error["message"].startswith("<string>:6, in deeper: RecursionError: ")
    j.bye()


def test_the_line_is_the_users_own(judge):  # noqa: F811
    """Not that of the library that it called."""
    j = judge("import json\nif y[0] > 0: return np.linalg.cholesky(-np.eye(2))\nreturn json.loads('{')")
    assert j.sample(y=[1.0])["message"].startswith("<string>:7, in mine: LinAlgError: ")
    assert j.sample()["message"].startswith("<string>:8, in mine: JSONDecodeError: ")


def test_the_end_of_assay_is_none_of_its_exceptions(judge):  # noqa: F811
    """A candidate that goes on after every exception ends all the same."""
    j = judge("while True:\n    try: problem.prior.sample(n, rng)\n    except Exception as e: print('caught', e)")
    j.call("problem", **UNKNOWN)
    j.write(id=7, method="sample", params={"problem": 2, "y": packed(np.zeros(1)), "n": 1, "seed": 1})
    question = j.read()
    j.write(id=question["id"], error={"code": -32602, "message": "not now"})
    assert j.read()["method"] == "prior_draws"
    j.process.stdin.close()
    assert j.process.wait(timeout=30) == 0
    errors = j.process.stderr.read()
    assert errors.count("caught not now") == 1 and "went away" not in errors


SPEAKS = """
import ctypes, os, subprocess
print("printed")
print("by another name", file=first)
print("by its first name", file=sys.__stdout__)
os.write(1, b"written\\n")
os.system("echo from the shell")
libc = ctypes.CDLL(None)
libc.puts(b"from C")
libc.fflush(None)
"""


def test_what_is_printed_at_import_goes_to_stderr(judge, monkeypatch):  # noqa: F811
    monkeypatch.setenv("ASSAY_CHILD", "1")
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # what was printed and written before cannot be caught
    told = "import subprocess\ncode = 'import assay_candidate; print(7)'\nreturn np.full((n, 2), float(subprocess.check_output([sys.executable, '-c', code])))"
    j = judge(told, SPEAKS, "import sys; first = sys.stdout; print('before the import')\n")
    assert j.call("hello", protocol=1)["result"]["name"] == "mine"
    np.testing.assert_array_equal(j.sample(), np.full((3, 2), 7.0))  # the output of what it starts is its own
    errors = j.bye()
    for said in ("before the import", "printed", "by another name", "by its first name", "written", "from the shell", "from C"):
        assert errors.count(said) == 1, said


def test_an_import_elsewhere_changes_nothing():
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ASSAY_")}
    code = "import assay_candidate, os, sys; print('here'); os.system('echo there'); print(len(sys.stdin.read()), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], input="four", capture_output=True, text=True, env=environment)
    assert sorted(done.stdout.split()) == ["here", "there"] and done.stderr.strip() == "4"


def test_questions_from_threads(judge):  # noqa: F811
    """Each thread has the answers to its own questions."""
    j = judge(
        "from concurrent.futures import ThreadPoolExecutor\n"
        "def work(k):\n"
        "    for i in range(25):\n"
        "        x = np.full((1 + k, 2), 100.0 * k + i)\n"
        "        np.testing.assert_array_equal(problem.prior.denoise(x, 1.0 + k), x + 1 + k)\n"
        "    return k\n"
        "with ThreadPoolExecutor(8) as pool: return np.array([list(pool.map(work, range(8)))] * 2).reshape(-1, 2)"
    )
    j.call("problem", **UNKNOWN)
    j.write(id=7, method="sample", params={"problem": 2, "y": packed(np.zeros(1)), "n": 8, "seed": 1})
    seen = set()
    for _ in range(8 * 25):
        question = j.read()
        assert question.get("method") == "denoise", question
        x, sigma = unpacked(question["params"]["x"]), question["params"]["sigma"]
        assert question["id"] not in seen
        seen.add(question["id"])
        j.write(id=question["id"], result={"value": packed(x + sigma)})
    np.testing.assert_array_equal(unpacked(j.read()["result"]["draws"]).ravel(), list(range(8)) * 2)
    j.bye()


def test_a_question_after_the_call(judge):  # noqa: F811
    """Of a thread that the sampler did not wait for. It is told so, and disturbs no message."""
    j = judge(
        "import threading, time\n"
        "def late():\n"
        "    time.sleep(0.2)\n"
        "    try: problem.prior.sample(1, rng)\n"
        "    except RuntimeError as e: print('late:', e)\n"
        "if y[0] > 0: threading.Thread(target=late).start()\n"
        "return np.zeros((n, 2))"
    )
    j.sample(problem=UNKNOWN, y=[1.0])
    time.sleep(0.5)
    j.sample(problem=UNKNOWN)
    assert "late: prior_draws: no call is under way; a sampler must wait for its threads" in j.bye()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_question_from_another_process(judge):  # noqa: F811
    j = judge(
        "import os\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    try: problem.prior.sample(1, rng)\n"
        "    except RuntimeError as e: os.write(2, b'child: %s' % str(e).encode())\n"
        "    os._exit(0)\n"
        "os.waitpid(child, 0)\n"
        "return np.zeros((n, 2))"
    )
    assert j.sample(problem=UNKNOWN).shape == (3, 2)
    assert "child: prior_draws: this process is not the one that assay talks to" in j.bye()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no alarm")
def test_a_question_that_was_interrupted(judge):  # noqa: F811
    """Its answer comes late, and is not taken for another message."""
    j = judge(
        "import signal\n"
        "def stop(*_): raise TimeoutError('too slow')\n"
        "signal.signal(signal.SIGALRM, stop)\n"
        "if y[0] > 0: signal.setitimer(signal.ITIMER_REAL, 0.2)\n"
        "return problem.prior.sample(n, rng)"
    )
    j.call("problem", **UNKNOWN)
    for number, patient in enumerate([False, True, False, False]):
        y = packed(np.array([0.0 if patient else 1.0]))
        j.write(id=100 + number, method="sample", params={"problem": 2, "y": y, "n": 1, "seed": 1})
        question = j.read()
        assert question["method"] == "prior_draws"
        if not patient:
            answer = j.read()
            assert answer["id"] == 100 + number and "TimeoutError: too slow" in answer["error"]["message"]
        j.write(id=question["id"], result={"value": packed(np.array([[1.0 + number, 2.0]]))})
        if patient:
            np.testing.assert_array_equal(unpacked(j.read()["result"]["draws"]), [[1.0 + number, 2.0]])
    j.bye()
