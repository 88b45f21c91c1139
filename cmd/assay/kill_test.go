package main

import (
	"bytes"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var kills = flag.Int("kills", 12, "how often TestKills kills a judge")

// TestKills: a judge that is killed at any time, and perhaps again while it goes on, leaves a journal
// from which a fresh one comes to the verdict, to the byte, of a run that nobody disturbed and that
// had no journal. -kills 200 kills more often.
func TestKills(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute on a busy machine")
	}
	folder := t.TempDir()
	judge := func(arguments ...string) (command *exec.Cmd, out *bytes.Buffer) {
		command, out = exec.Command("assay", arguments...), new(bytes.Buffer)
		command.Dir, command.Stdout = folder, out
		return command, out
	}
	cases := [][]string{
		strings.Fields("check exact --on gmm:d=2,dy=1 --on gauss --calls 700 --terse"),
		strings.Fields("check prior --on gauss --alpha 1e-100 --calls 900 --json -"),
		strings.Fields("check dps:steps=20 --on gauss --metamorphic --calls 60"),
	}
	if _, err := exec.LookPath("python3"); err == nil {
		if err := os.WriteFile(filepath.Join(folder, "plain.py"), []byte(plain), 0o666); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, strings.Fields("check --on gauss:d=1,m=0 --calls 400 --terse -- python3 plain.py"))
	}
	var wants [][]byte
	var codes []int
	var lasts []time.Duration
	for _, arguments := range cases {
		command, out := judge(arguments...)
		start := time.Now()
		code := exitOf(t, command.Run())
		wants, codes, lasts = append(wants, out.Bytes()), append(codes, code), append(lasts, time.Since(start))
		if out.Len() == 0 || code == exitUsage {
			t.Fatalf("%q: exit code %d", arguments, code)
		}
	}
	amid := 0 // kills after the first answer and before the last
	for done := 0; done < *kills; {
		of := rand.IntN(len(cases))
		journal := filepath.Join(folder, "journal")
		_ = os.Remove(journal)
		arguments := append([]string{cases[of][0], "--journal", journal}, cases[of][1:]...)
		for again := true; again && done < *kills; again = rand.IntN(3) == 0 {
			command, _ := judge(arguments...)
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(rand.Int64N(int64(lasts[of]))))
			_ = command.Process.Kill()
			var status *exec.ExitError
			if err := command.Wait(); errors.As(err, &status) && status.ExitCode() < 0 && answersIn(journal) > 0 {
				amid++
			}
			done++
		}
		before := answersIn(journal)
		command, out := judge(arguments...)
		var said bytes.Buffer
		command.Stderr = &said
		if code := exitOf(t, command.Run()); code != codes[of] || !bytes.Equal(out.Bytes(), wants[of]) {
			t.Fatalf("%q, killed and gone on with from %d answers: exit code %d, want %d, and\n%s\nwant\n%s\nit says %s", cases[of], before, code, codes[of], out, wants[of], &said)
		}
		if now := answersIn(journal); now < before {
			t.Fatalf("%q: the journal had %d answers, and has %d", cases[of], before, now)
		}
	}
	t.Logf("%d kills, %d of them after the first answer", *kills, amid)
	if amid == 0 && *kills >= 12 {
		t.Error("no kill was in time: this test may have lost its way")
	}
}

// answersIn returns how many whole answers a journal holds.
func answersIn(journal string) int {
	content, _ := os.ReadFile(journal)
	return max(0, bytes.Count(content, []byte("\n"))-1)
}

// exitOf returns the exit code of a command that ran.
func exitOf(t *testing.T, err error) int {
	t.Helper()
	var status *exec.ExitError
	if err == nil {
		return 0
	}
	if !errors.As(err, &status) {
		t.Fatal(err)
	}
	return status.ExitCode()
}

// plain is a candidate that answers on the line with draws from the prior, without numpy.
const plain = `
import base64, json, random, struct, sys

priors = {}
for line in sys.stdin:
    request = json.loads(line)
    method, params = request["method"], request.get("params")
    result = {}
    if method == "hello":
        result = {"protocol": 1, "name": "plain", "version": "1", "independent": True}
    elif method == "problem":
        priors[params["id"]] = params["problem"]["prior"]
    elif method == "sample":
        rng, n, prior = random.Random(params["seed"]), params["n"], priors[params["problem"]]
        sd = prior["covariance"][0][0] ** 0.5 if "covariance" in prior else prior["sd"]
        raw = struct.pack("<%dd" % n, *(rng.gauss(prior["mean"][0], sd) for _ in range(n)))
        result = {"draws": {"dtype": "<f8", "shape": [n, 1], "data": base64.b64encode(raw).decode()}}
    print(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}), flush=True)
    if method == "bye":
        break
`
