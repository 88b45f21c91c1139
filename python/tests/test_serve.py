"""The loop, in a process of its own, with the test as assay."""

import base64
import json
import subprocess
import sys
import threading

import numpy as np
import pytest

from assay_candidate import Problem

PROBLEM = {
    "id": 1, "name": "test", "dim": 2, "rows": 1, "oracle": ["prior_draws", "denoise", "score", "jvp"], "scale": [1.0, 1.0],
    "problem": {"name": "test", "prior": {"kind": "gaussian", "mean": [0.0, 0.0], "sd": 1.0},
                "measurement": {"A": [[1.0, 2.0]], "beta": 0.5, "dim": 2}},
}
UNKNOWN = {**PROBLEM, "id": 2, "problem": {**PROBLEM["problem"], "prior": {"kind": "hard", "function": "f"}}}


def packed(a):
    a = np.ascontiguousarray(a, dtype="<f8")
    return {"dtype": "<f8", "shape": list(a.shape), "data": base64.b64encode(a.tobytes()).decode()}


def unpacked(form):
    return np.frombuffer(base64.b64decode(form["data"])).reshape(form["shape"])


class Judge:
    """Starts a candidate whose function has the given body."""

    def __init__(self, body, head="", first=""):
        program = f"{first}import numpy as np\nfrom assay_candidate import *\n{head}\n@sampler\ndef mine(problem, y, n, rng):\n"
        program += "".join(f"    {line}\n" for line in body.split("\n")) + "serve()\n"
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        self.number = 0

    def write(self, **message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def read(self):
        """The next line, or an error: a candidate that says nothing for a minute is killed."""
        too_long = threading.Timer(60, self.process.kill)
        too_long.start()
        try:
            return json.loads(self.process.stdout.readline())
        finally:
            too_long.cancel()

    def call(self, method, **params):
        self.number += 1
        self.write(id=self.number, method=method, params=params)
        return self.read()

    def sample(self, n=3, seed=1, problem=PROBLEM, y=(0.0,)):
        self.call("problem", **problem)
        answer = self.call("sample", problem=problem["id"], y=packed(np.array(y)), n=n, seed=seed)
        return unpacked(answer["result"]["draws"]) if "result" in answer else answer["error"]

    def bye(self):
        assert self.call("bye")["result"] == {}
        _, errors = self.process.communicate(timeout=30)
        assert self.process.returncode == 0
        return errors


@pytest.fixture
def judge():
    started = []

    def start(*arguments):
        started.append(Judge(*arguments))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()
        for stream in (each.process.stdin, each.process.stdout, each.process.stderr):
            stream.close()


def test_a_whole_conversation(judge):
    j = judge("return rng.standard_normal((n, problem.dim)) + y")
    hello = j.call("hello", protocol=1)["result"]
    assert hello["protocol"] == 1 and hello["name"] == "mine" and hello["independent"] is True
    draws = j.sample(n=3, seed=5, y=[7.0])
    np.testing.assert_array_equal(draws, np.random.default_rng(5).standard_normal((3, 2)) + 7)
    np.testing.assert_array_equal(draws, j.sample(n=3, seed=5, y=[7.0]))
    assert not np.array_equal(draws, j.sample(n=3, seed=6, y=[7.0]))
    assert j.bye() == ""


def test_several_calls_at_a_time(judge):
    """They give what they give one by one, and see their own y and seed only."""
    j = judge("y += rng.standard_normal(); return rng.standard_normal((n, problem.dim)) + y")
    assert j.call("hello", protocol=1)["result"]["batch"] > 1
    alone = [j.sample(n=3, seed=seed, y=[float(seed)]) for seed in (5, 6, 7)]
    answer = j.call("samples", problem=1, y=packed(np.array([[5.0], [6.0], [7.0]])), n=3, seeds=[5, 6, 7])
    np.testing.assert_array_equal(unpacked(answer["result"]["draws"]), alone)


def test_one_of_several_calls_fails(judge):
    j = judge("if y[0] > 5: raise ValueError('no convergence')\nreturn np.zeros((n, 2))")
    j.sample()
    answer = j.call("samples", problem=1, y=packed(np.array([[5.0], [6.0]])), n=3, seeds=[5, 6])
    assert answer["error"]["code"] == 2 and "no convergence" in answer["error"]["message"]
    answer = j.call("samples", problem=1, y=packed(np.array([5.0, 6.0])), n=3, seeds=[5, 6])
    assert answer["error"]["code"] == -32602 and "want (2, 1)" in answer["error"]["message"]


def test_a_question_says_which_call_it_is_for(judge):
    j = judge("return problem.prior.sample(n, rng)")
    j.call("problem", **UNKNOWN)
    y = packed(np.array([[0.0], [0.0]]))
    j.number += 1
    j.write(id=j.number, method="samples", params={"problem": 2, "y": y, "n": 1, "seeds": [1, 2]})
    for call in (0, 1):
        question = j.read()
        assert question["method"] == "prior_draws" and question["params"].get("call", 0) == call
        j.write(id=question["id"], result={"value": packed(np.array([[1.0 + call, 2.0]]))})
    np.testing.assert_array_equal(unpacked(j.read()["result"]["draws"]), [[[1, 2]], [[2, 2]]])
    # Afterwards there is one call again, the first.
    j.write(id=99, method="sample", params={"problem": 2, "y": packed(np.zeros(1)), "n": 1, "seed": 3})
    question = j.read()
    assert question["params"].get("call", 0) == 0
    j.write(id=question["id"], result={"value": packed(np.array([[5.0, 6.0]]))})
    np.testing.assert_array_equal(unpacked(j.read()["result"]["draws"]), [[5, 6]])


def test_problem(judge):
    j = judge("return [problem.A[0], [problem.beta, problem.log_likelihood(np.array([[1.0, 1.0]]), y)[0]]]")
    r = (4 - 3) / 0.5
    np.testing.assert_allclose(j.sample(n=2, y=[4.0]), [[1, 2], [0.5, -r * r / 2 - np.log(0.5 * np.sqrt(2 * np.pi))]])


def test_likelihood():
    """One y for all x, or one for each."""
    problem = Problem(PROBLEM, None)
    x, y = np.array([[1.0, 1.0], [0.0, 2.0]]), np.array([[4.0], [3.5]])
    np.testing.assert_array_equal(problem.residual(x, y[0]), [[1.0], [0.0]])
    np.testing.assert_array_equal(problem.residual(x, y), [[1.0], [-0.5]])
    peak = -np.log(0.5 * np.sqrt(2 * np.pi))
    np.testing.assert_allclose(problem.log_likelihood(x, y), [peak - 2.0, peak - 0.5], rtol=1e-14)


@pytest.mark.parametrize("x, y, message", [
    (np.zeros(2), np.zeros(1), r"x has shape \(2,\), want \(n, 2\)"),
    (np.zeros((3, 1)), np.zeros(1), r"x has shape \(3, 1\), want \(n, 2\)"),
    (np.zeros((3, 2)), np.zeros(3), r"y has shape \(3,\), want \(1,\), or \(3, 1\)"),
    (np.zeros((3, 2)), np.zeros((1, 1)), r"y has shape \(1, 1\)"),
])
def test_likelihood_of_other_shapes(x, y, message):
    with pytest.raises(ValueError, match=message):
        Problem(PROBLEM, None).log_likelihood(x, y)


def test_what_is_printed_goes_to_stderr(judge):
    j = judge("import os\nprint('epoch 1')\nos.system('echo from below')\nreturn np.zeros((n, 2))")
    assert j.sample().shape == (3, 2)
    errors = j.bye()
    assert "epoch 1" in errors and "from below" in errors


def test_nothing_reads_the_requests(judge):
    j = judge("import sys\nreturn np.full((n, 2), len(sys.stdin.read()))")
    np.testing.assert_array_equal(j.sample(), np.zeros((3, 2)))


@pytest.mark.parametrize(
    "body, code, message",
    [
        ("raise Refusal('too many dimensions')", 1, "too many dimensions"),
        ("raise ValueError('no convergence')", 2, "ValueError: no convergence"),
        ("return 'three draws'", 2, "which is not an array of real numbers"),
        ("return None", 2, "which is not an array of real numbers"),
        ("return np.zeros((n, 2)) + 1j", 2, "which is not an array of real numbers: complex"),
        ("return np.ma.masked_array(np.zeros((n, 2)), mask=True)", 2, "which is not an array of real numbers: a masked array, 6 of 6 masked"),
        ("return np.ma.masked_array(np.zeros((n, 2)))", 2, "a masked array, 0 of 6 masked"),
        ("return [np.ma.masked_array([0.0, 1.0], mask=[0, 1]) for _ in range(n)]", 2, "a masked array, 1 of 2 masked"),
        ("return [[0.0, np.ma.masked] for _ in range(n)]", 2, "a masked array, 1 of 1 masked"),
        ("return np.zeros((n, 2)) > 0", 2, "booleans; if 0 and 1 are meant, return x.astype(float)"),
        ("return [[True, False]] * n", 2, "booleans"),
        ("return np.full((n, 2), '2020-01-01', dtype='datetime64[D]')", 2, "dates"),
        ("return np.zeros((n, 2), dtype='timedelta64[s]')", 2, "differences of time"),
        ("return [['1', '2']] * n", 2, "strings"),
        ("return np.full((n, 2), b'1')", 2, "bytes"),
        ("return [[None, 1.0]] * n", 2, "Python objects"),
        ("return np.zeros(n, dtype=[('a', float), ('b', float)])", 2, "records"),
        ("class Tensor:\n    def __array__(self, *a, **k): raise RuntimeError('it requires grad')\nreturn Tensor()", 2, "mine (<string>:4) returned Tensor, which is not an array of real numbers: it requires grad"),
        ("return [[1.0, 2.0], [3.0]]", 2, "which is not an array of real numbers"),
        ("raise MemoryError('too large')", 3, "MemoryError: too large"),
    ],
)
def test_errors(judge, body, code, message):
    j = judge(body)
    error = j.sample()
    assert error["code"] == code and message in error["message"]
    assert j.sample()["code"] == code  # it goes on
    j.bye()


def test_mistakes_of_the_other_side(judge):
    j = judge("return np.zeros((n, 2))")
    assert j.call("levitate")["error"]["code"] == -32601
    assert j.call("sample", problem=9, y=packed(np.zeros(1)), n=1, seed=1)["error"]["code"] == -32602
    assert "want (1,)" in j.sample(y=[1.0, 2.0])["message"]


def test_sixteen_problems_are_remembered(judge):
    j = judge("return np.zeros((n, 2))")
    for number in range(1, 18):
        j.call("problem", **{**PROBLEM, "id": number})
    ask = {"y": packed(np.zeros(1)), "n": 1, "seed": 1}
    assert "error" in j.call("sample", problem=1, **ask)
    assert "result" in j.call("sample", problem=2, **ask)


def test_callbacks(judge):
    j = judge("x = problem.prior.sample(3, rng)\nreturn problem.prior.jvp(x, 2 * x, 0.5)")
    j.call("problem", **UNKNOWN)
    j.write(id=7, method="sample", params={"problem": 2, "y": packed(np.zeros(1)), "n": 3, "seed": 1})
    x = np.arange(6.0).reshape(3, 2)
    question = j.read()
    assert question["method"] == "prior_draws" and question["params"] == {"problem": 2, "n": 3}
    j.write(id=question["id"], result={"value": packed(x)})
    question = j.read()
    assert question["method"] == "jvp" and question["params"]["sigma"] == 0.5
    np.testing.assert_array_equal(unpacked(question["params"]["x"]), x)
    np.testing.assert_array_equal(unpacked(question["params"]["v"]), 2 * x)
    j.write(id=question["id"], result={"value": packed(-x)})
    answer = j.read()
    assert answer["id"] == 7
    np.testing.assert_array_equal(unpacked(answer["result"]["draws"]), -x)


def test_a_callback_that_fails(judge):
    j = judge("return problem.prior.denoise(np.zeros((1, 2)), -1.0)")
    j.call("problem", **UNKNOWN)
    j.write(id=7, method="sample", params={"problem": 2, "y": packed(np.zeros(1)), "n": 1, "seed": 1})
    j.write(id=j.read()["id"], error={"code": -32602, "message": "denoise: sigma is -1"})
    assert j.read()["error"]["message"] == "<string>:6, in mine: RemoteError: denoise: sigma is -1"


@pytest.mark.parametrize("question, kind", [("denoise(x, np.nan)", "ValueError"), ("jvp(x, 'two', 1.0)", "TypeError: strings"), ("score(1j * x, 1.0)", "TypeError")])
def test_a_question_that_cannot_be_asked(judge, question, kind):
    j = judge(f"x = np.zeros((1, 2))\nreturn problem.prior.{question}")
    for _ in range(2):  # it goes on
        error = j.sample(problem=UNKNOWN)
        assert error["code"] == 2 and kind in error["message"]
    j.bye()


def test_the_end_of_input_ends_it(judge):
    j = judge("return np.zeros((n, 2))")
    j.process.stdin.close()
    assert j.process.wait(timeout=30) == 0


def test_no_candidate():
    done = subprocess.run([sys.executable, "-c", "import assay_candidate; assay_candidate.serve()"], capture_output=True, text=True)
    assert done.returncode == 1 and "decorate a function with @sampler" in done.stderr


def test_declared_with_a_name_only():
    from assay_candidate import sampler

    with pytest.raises(TypeError, match="name='chain'"):
        sampler("chain")


def test_declared_with_words():
    from assay_candidate import sampler

    @sampler(name="chain", version="2", independent=False)
    def f(problem, y, n, rng):
        """Says what it is."""
        return y

    assert (f.name, f.version, f.independent, f.__doc__) == ("chain", "2", False, "Says what it is.")
    assert f(None, 5, 1, None) == 5


def test_many_draws(judge):
    """More than is encoded at a time: 64 kB."""
    j = judge("return np.arange(2.0 * n).reshape(n, 2) / 7")
    np.testing.assert_array_equal(j.sample(n=4096), np.arange(8192.0).reshape(4096, 2) / 7)


def test_numbers_of_another_type(judge):
    j = judge("return np.zeros((n, 2))")
    j.call("problem", **PROBLEM)
    y = {**packed(np.zeros(1)), "dtype": "<i8"}
    error = j.call("sample", problem=1, y=y, n=1, seed=1)["error"]
    assert "dtype is '<i8', want '<f8'" in error["message"]


def test_the_answer_to_another_question(judge):
    j = judge("return problem.prior.sample(n, rng)")
    j.call("problem", **UNKNOWN)
    j.write(id=7, method="sample", params={"problem": 2, "y": packed(np.zeros(1)), "n": 1, "seed": 1})
    j.write(id=j.read()["id"] + 1, result={"value": packed(np.array([[1.0, 2.0]]))})
    assert "something other than the answer" in j.read()["error"]["message"]


def test_hello_names_the_files_that_people_edit(judge, tmp_path):
    """The script and the modules beside it, by their content; nothing that is installed."""
    (tmp_path / "own.py").write_text("x = 1\n")
    (tmp_path / "script.py").write_text("import own, numpy, json\nfrom assay_candidate._files import own_files\nprint(json.dumps(own_files()))\n")

    def files():
        out = subprocess.run([sys.executable, "-B", tmp_path / "script.py"], capture_output=True, text=True, check=True).stdout
        return json.loads(out)

    before = files()
    assert {str(tmp_path / name) for name in ("own.py", "script.py")} <= set(before)
    assert not [path for path in before if "site-packages" in path or path == json.__file__]
    (tmp_path / "own.py").write_text("x = 2\n")
    after = files()
    assert {path for path in before if before[path] != after[path]} == {str(tmp_path / "own.py")}
    j = judge("return np.zeros((n, 2))")
    assert isinstance(j.call("hello", protocol=1)["result"]["files"], dict)
