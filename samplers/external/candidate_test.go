//go:build unix

package external_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/internal/kinds"
	"assay/internal/tally"
	"assay/internal/tweedie"
	"assay/props"
	"assay/props/problems"
	"assay/samplers/external"
	"assay/spec"
)

// log collects what children write on standard error.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// noneLeft fails unless every process that wrote its pid is gone, and waited for: a
// zombie still takes signals. One that was not our child is waited for by init, in a
// while.
func (l *log) noneLeft(t *testing.T) {
	t.Helper()
	for _, match := range regexp.MustCompile(`(?m)pid (\d+)$`).FindAllStringSubmatch(l.String(), -1) {
		pid, _ := strconv.Atoi(match[1])
		for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
			if syscall.Kill(pid, 0) == syscall.ESRCH || isZombieOfInit(pid) {
				break
			}
			if time.Since(began) > 5*time.Second {
				t.Errorf("process %d is left", pid)
				break
			}
		}
	}
}

// isZombieOfInit reports whether a process has ended and waits for a process 1 that never
// collects: that of many containers.
func isZombieOfInit(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && regexp.MustCompile(`\) Z 1 `).Match(text)
}

func start(t testing.TB, mode string, options external.Options) *external.Candidate {
	t.Helper()
	c, err := external.New(t.Context(), []string{os.Args[0], "child", mode}, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func problem(t testing.TB, name string) *spec.Problem {
	t.Helper()
	p, err := problems.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sample asks for n draws.
func sample(c *external.Candidate, p *spec.Problem, n int, seed uint64) (*mat.Dense, error) {
	rng := spec.Stream(seed, "test", nil, 0)
	dst, y := mat.NewDense(n, p.Dim(), nil), make([]float64, p.Rows())
	return dst, c.Sample(context.Background(), dst, p, y, rng)
}

// TestFaults: every way in which a child breaks the protocol is a fault of its own kind,
// in words, with what it said last; no process is left; and the verdict of a judgement
// is that fault. A child that starts has ten seconds to do so.
func TestFaults(t *testing.T) {
	for _, test := range []struct {
		mode    string
		kind    string
		message string
	}{
		{"crash at start", kinds.Start, "hello: it ended with exit code 7"},
		{"hang at start", kinds.Timeout, "hello: no answer within"},
		{"speech", kinds.Protocol, `hello: it wrote to its standard output something that is not a JSON-RPC message (what is for people belongs on standard error): "Welcome!"`},
		{"future", kinds.Protocol, "speaks protocol 2, want 1"},
		{"nameless", kinds.Protocol, "want 1 to 100 printable characters"},
		{"less than none", kinds.Protocol, "batch is -1, want how many calls a request may hold"},
		{"crash", kinds.Crash, "sample: it ended with exit code 3"},
		{"signal", kinds.Crash, "was ended by signal 9"},
		{"hang", kinds.Timeout, "sample: no answer within"},
		{"deaf", kinds.Timeout, "sample: no answer within"},
		{"garbage", kinds.Protocol, `not a JSON-RPC message (what is for people belongs on standard error): "Epoch 1: loss 0.5"`},
		{"endless garbage", kinds.Protocol, "a message of more than"},
		{"half", kinds.Protocol, "in the middle of a message"},
		{"no version", kinds.Protocol, `without "jsonrpc":"2.0"`},
		{"never asked", kinds.Protocol, "it answered request 77, which was never made"},
		{"no draws", kinds.Protocol, `has no "draws"`},
		{"bad base64", kinds.Protocol, "draws: data is not base64"},
		{"floats", kinds.Protocol, `dtype is "<f4", want "<f8"`},
		{"liar", kinds.Protocol, "data holds 32 bytes, but shape"},
		{"wrong type", kinds.Protocol, "its result is not what is asked for"},
		{"transposed", kinds.Shape, "draws of shape [4 3], want [3 4]: one draw a row"},
		{"flat", kinds.Shape, "draws of shape [12], want [3 4]"},
		{"short", kinds.Short, "it returned 2 draws, want 3"},
		{"none", kinds.Short, "it returned 0 draws, want 3"},
		{"nan", kinds.NonFinite, "draw 2 of 3 has NaN in coordinate 3"},
		{"inf", kinds.NonFinite, "draw 2 of 3 has -Inf in coordinate 3"},
		{"constant seed", kinds.Repeat, "two calls with different seeds returned the same draws"},
		{"memory", kinds.Memory, "sample: it ended with exit code 1"},
		{"reported memory", kinds.Memory, "sample: MemoryError"},
		{"exception", kinds.Error, "sample: ValueError: no convergence"},
	} {
		t.Run(test.mode, func(t *testing.T) {
			said := new(log)
			options := external.Options{Timeout: 10 * time.Second, Startup: 10 * time.Second, Grace: 50 * time.Millisecond, Stderr: said}
			switch test.mode {
			case "hang", "deaf":
				options.Timeout = 300 * time.Millisecond
			case "hang at start":
				options.Startup = 300 * time.Millisecond
			case "memory":
				if runtime.GOOS != "linux" {
					t.Skip("memory can be limited on Linux only")
				}
				options.Memory = 1 << 38 // the Go runtime takes address space freely
			case "endless garbage":
				if testing.Short() {
					t.Skip("writes 256 MiB; not with -short")
				}
			}
			c := start(t, test.mode, options)
			// Four draws are asked for first, see kinds.Repeat; words that count draws count those.
			words := strings.NewReplacer("[3 4]", "[4 4]", "[4 3]", "[4 4]", "[12]", "[16]", "2 of 3", "3 of 4", "2 draws, want 3", "3 draws, want 4", "want 3", "want 4").Replace(test.message)
			verdict, err := props.Judge(t.Context(), c, []*spec.Problem{problem(t, "gauss")}, props.Calls(50), props.Jobs(1))
			if err != nil {
				t.Fatal(err)
			}
			if test.mode == "transposed" { // 4 x 4 is as good as 4 x 4, but 4 x 3 is not 3 x 4
				words = test.message
			}
			f := verdict.Fault
			if f == nil || f.Kind != props.FaultKind(test.kind) || !strings.Contains(f.Message, words) {
				t.Fatalf("fault %v, want %s: ...%s...", f, test.kind, words)
			}
			if verdict.Stop != props.StopFault || verdict.Calls != 0 {
				t.Errorf("stopped by %q after %d calls, want by the fault of call 0", verdict.Stop, verdict.Calls)
			}
			if last := "pid "; !strings.Contains(f.Message, last) && !slices.Contains([]string{"future", "nameless", "less than none"}, test.mode) {
				t.Errorf("the fault does not quote what the child said last: %s", f.Message)
			}
			c.Close()
			said.noneLeft(t)
		})
	}
}

// TestGoesOn: after a fault the next call is served, by another process.
func TestGoesOn(t *testing.T) {
	said := new(log)
	c := start(t, "crash at 5", external.Options{Stderr: said})
	p := problem(t, "gauss")
	for _, n := range []int{3, 5, 3, 5, 5, 3} {
		_, err := sample(c, p, n, 1)
		if fault := (*external.Fault)(nil); (n == 5) != (errors.As(err, &fault) && fault.Kind == kinds.Crash) {
			t.Errorf("%d draws: %v", n, err)
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if processes := strings.Count(said.String(), "pid "); processes != 4 {
		t.Errorf("%d processes, want 4: one and one more after each crash", processes)
	}
	said.noneLeft(t)
}

// TestTwice: a second answer to one request is a fault, of that call or the next.
func TestTwice(t *testing.T) {
	c := start(t, "twice", external.Options{})
	var fault *external.Fault
	for i := 0; i < 10 && fault == nil; i++ {
		_, err := sample(c, problem(t, "gauss"), 3, 1)
		errors.As(err, &fault)
	}
	if fault == nil || fault.Kind != kinds.Protocol || !strings.Contains(fault.Message, "is answered already") {
		t.Errorf("fault %v, want a broken protocol", fault)
	}
}

// TestRefusal: to decline is not a fault, and costs no process.
func TestRefusal(t *testing.T) {
	said := new(log)
	c := start(t, "refusal", external.Options{Stderr: said})
	for range 3 {
		_, err := sample(c, problem(t, "gauss"), 3, 1)
		if refusal := (*spec.Refusal)(nil); !errors.As(err, &refusal) || refusal.Reason != "d is odd" {
			t.Errorf("error %v, want a refusal", err)
		}
	}
	if processes := strings.Count(said.String(), "pid "); processes != 1 {
		t.Errorf("%d processes, want 1", processes)
	}
}

// TestVerdicts: a child that draws from the exact posterior is not rejected, with
// probability 1 - 1e-6; one that draws from the prior is, as the prior is in the test of
// the built-in one; and one process or three give the same verdict to the last byte.
func TestVerdicts(t *testing.T) {
	on := []*spec.Problem{problem(t, "gauss"), problem(t, "gmm:d=2,dy=1")}
	for mode, want := range map[string]props.Outcome{"exact": props.NotRejected, "dependent": props.NotRejected, "prior": props.Rejected} {
		var first []byte
		for _, jobs := range []int{1, 3} {
			c := start(t, mode, external.Options{Jobs: jobs})
			verdict, err := props.Judge(t.Context(), c, on, props.Calls(150), props.Jobs(jobs), props.Terse())
			if err != nil {
				t.Fatal(err)
			}
			if verdict.Outcome != want || verdict.Candidate != "child" || verdict.Independent != (mode != "dependent") {
				t.Errorf("%s, %d processes: %v", mode, jobs, verdict)
			}
			text, err := json.Marshal(verdict)
			if err != nil {
				t.Fatal(err)
			}
			if first != nil && !bytes.Equal(first, text) {
				t.Errorf("%s: the verdict of %d processes is\n%s\nthat of one\n%s", mode, jobs, text, first)
			}
			first = text
		}
	}
}

// TestSeed: the draws are a function of the stream of the call, as bits.
func TestSeed(t *testing.T) {
	p := problem(t, "gauss")
	c := start(t, "exact", external.Options{})
	a, err1 := sample(c, p, 3, 1)
	b, err2 := sample(c, p, 3, 2)
	again, err3 := sample(start(t, "exact", external.Options{}), p, 3, 1)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	if !mat.Equal(a, again) || mat.Equal(a, b) {
		t.Errorf("draws\n%v\n%v\n%v\nwant the first and the last alike", mat.Formatted(a), mat.Formatted(b), mat.Formatted(again))
	}
}

// TestAtoms: right draws from a law with atoms are the same for any seed.
func TestAtoms(t *testing.T) {
	point, err := spec.NewIsotropic([]float64{1, 2}, 0)
	if err != nil {
		t.Fatal(err)
	}
	p, err := spec.NewProblem("point", point, spec.Unmeasured(2))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sample(start(t, "exact", external.Options{}), p, 3, 1); err != nil {
		t.Error(err)
	}
}

// TestManyProblems: more problems than a program must remember, twice over.
func TestManyProblems(t *testing.T) {
	c := start(t, "exact", external.Options{})
	var on []*spec.Problem
	for i := range 20 {
		on = append(on, problem(t, fmt.Sprintf("gauss:seed=%d,d=%d", i+1, 2+i%3)))
	}
	for range 2 {
		for _, p := range on {
			if _, err := sample(c, p, 2, 1); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestCancel: a call ends when it is told to, and its process with it.
func TestCancel(t *testing.T) {
	said := new(log)
	c := start(t, "hang", external.Options{Stderr: said, Grace: 50 * time.Millisecond})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	p := problem(t, "gauss")
	err := c.Sample(ctx, mat.NewDense(1, 4, nil), p, make([]float64, 2), rand.New(rand.NewPCG(1, 2)))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want that of the context", err)
	}
	said.noneLeft(t)
}

// TestEnvironment: a child sees the variables of the list and those that are named, and
// no descriptor that we have, though it was open to those that we start.
func TestEnvironment(t *testing.T) {
	t.Setenv("ASSAY_SEED", "7")
	t.Setenv("SECRET", "token")
	t.Setenv("LC_ALL", "C")
	t.Setenv("MODEL", "large")
	file, err := os.Create(filepath.Join(t.TempDir(), "open"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	fd, err := syscall.Dup(int(file.Fd())) // which is not closed on exec
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	_, err = sample(start(t, "environment", external.Options{Env: []string{"MODEL"}}), problem(t, "gauss"), 1, 1)
	if err == nil {
		t.Fatal("the child said nothing")
	}
	for name, want := range map[string]bool{"ASSAY_SEED": false, "SECRET": false, "LC_ALL": true, "MODEL": true, "PATH": true} {
		if got := strings.Contains(err.Error(), name); got != want {
			t.Errorf("%s is seen: %v, want %v: %v", name, got, want, err)
		}
	}
	if strings.Contains(err.Error(), "open") {
		t.Errorf("the child has a file of ours: %v", err)
	}
}

// denoiserOnly is a prior that has no text form and no known posterior.
type denoiserOnly struct {
	spec.Prior
	spec.Denoiser
}

func (d denoiserOnly) Dim() int { return d.Prior.Dim() }

// TestOracle: what a child is told by callbacks is what the prior says, as bits, and it is
// counted; the draws of the prior are a function of the stream of the call.
func TestOracle(t *testing.T) {
	g, err := spec.NewDiagonal([]float64{1, 2, 3}, []float64{1, 0.5, 0})
	if err != nil {
		t.Fatal(err)
	}
	m, err := spec.NewLinear(mat.NewDiagDense(3, []float64{1, 1, 1}), 0.1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := spec.NewProblem("oracle", denoiserOnly{g, g}, m)
	if err != nil {
		t.Fatal(err)
	}
	c := start(t, "oracle", external.Options{})
	y := []float64{0.5, -1, 4}
	told := mat.NewDense(4, 3, nil)
	if err := c.Sample(t.Context(), told, p, y, spec.Stream(1, "test", nil, 0)); err != nil {
		t.Fatal(err)
	}
	x := mat.NewDense(1, 3, y)
	want := mat.NewDense(1, 3, nil)
	row := func(i int) *mat.Dense { return mat.NewDense(1, 3, told.RawRowView(i)) }
	g.Denoise(want, x, 0.5)
	if !mat.Equal(row(0), want) {
		t.Errorf("denoise: told %v, want %v", row(0), want)
	}
	tweedie.Score(want, g, x, 0.5)
	if !mat.Equal(row(1), want) {
		t.Errorf("score: told %v, want %v", row(1), want)
	}
	g.Linearize(want, x, 0.5)(want, x)
	if !mat.Equal(row(2), want) {
		t.Errorf("jvp: told %v, want %v", row(2), want)
	}
	again, other := mat.NewDense(4, 3, nil), mat.NewDense(4, 3, nil)
	counted := new(tally.Tally)
	ctx := counted.In(t.Context())
	if err := errors.Join(
		c.Sample(ctx, again, spec.Metered(ctx, p), y, spec.Stream(1, "test", nil, 0)),
		c.Sample(t.Context(), other, p, y, spec.Stream(2, "test", nil, 0))); err != nil {
		t.Fatal(err)
	}
	if !mat.Equal(told, again) || mat.Equal(told, other) {
		t.Error("the draws of the prior are not a function of the stream of the call, or of nothing")
	}
	spent, err := counted.Take()
	if want := map[string]float64{tally.PointsDenoised: 2, tally.JacobianProducts: 1, "prior draws": 1}; err != nil || !maps.Equal(spent, want) {
		t.Errorf("the call spent %v (%v), want %v", spent, err, want)
	}
	counts := c.Counts() // of three calls, and three before the first
	for name, count := range map[string]int64{"denoise": counts.Denoise.Load(), "score": counts.Score.Load(), "jvp": counts.JVP.Load(), "prior_draws": counts.PriorDraws.Load()} {
		if count != 6 {
			t.Errorf("%s: %d rows counted, want 6", name, count)
		}
	}
	err = c.Sample(t.Context(), mat.NewDense(1, 3, nil), p, y, spec.Stream(1, "test", nil, 0))
	for _, want := range []string{"problem 99 is not known", "sigma is 0, want a positive", "x is missing", "x has shape [3], want [n 3]", "x: it has NaN in row 0, column 0",
		"v has 2 rows, x has 1", "n is 0, want 1 to", "posterior: there is no such callback"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a mistake of the child is answered by %v, want %q", err, want)
		}
	}
}

// TestStubborn: a child that does not end when told to is killed, and that is said, as is
// an exit code. The race detector lets a process sleep for a second before it ends.
func TestStubborn(t *testing.T) {
	for mode, test := range map[string]struct {
		grace time.Duration
		want  string
	}{
		"stubborn": {200 * time.Millisecond, "bye: no answer within 200ms"},
		"rude":     {10 * time.Second, "bye: it ended with exit code 5"},
	} {
		said := new(log)
		c := start(t, mode, external.Options{Grace: test.grace, Stderr: said})
		if err := c.Close(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", mode, err, test.want)
		}
		said.noneLeft(t)
	}
}

// TestCalledOff: a call that is called off at the moment at which it is answered leaves no
// process behind that is about to end: the next call is served. Of 200 calls, called off
// at moments around their end, some answer and are stopped both.
func TestCalledOff(t *testing.T) {
	c := start(t, "exact", external.Options{Stderr: new(log)})
	defer c.Close()
	p := problem(t, "gauss")
	if _, err := sample(c, p, 3, 1); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	if _, err := sample(c, p, 3, 1); err != nil {
		t.Fatal(err)
	}
	took := time.Since(begin)
	draws, y := mat.NewDense(3, p.Dim(), nil), make([]float64, p.Rows())
	for i := range 200 {
		ctx, cancel := context.WithTimeout(t.Context(), took*time.Duration(i)/100)
		if err := c.Sample(ctx, draws, p, y, spec.Stream(uint64(i), "called off", nil, 0)); err != nil && ctx.Err() == nil {
			t.Fatalf("call %d: %v", i, err)
		}
		cancel()
		if _, err := sample(c, p, 3, 1); err != nil {
			t.Fatalf("after call %d was called off: %v", i, err)
		}
	}
}

// TestWanderers: what a child started in a session of its own, and left without a parent,
// ends with it.
func TestWanderers(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows what became of the processes that a program started")
	}
	said := new(log)
	c := start(t, "wanderer", external.Options{Stderr: said})
	if _, err := sample(c, problem(t, "gauss"), 3, 1); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(said.String(), "pid "); n < 2 {
		t.Fatalf("%d processes said what they are, want the child and what it started:\n%s", n, said)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	said.noneLeft(t)
}

// TestConform: a child that does all right is told so, and others what is wrong.
func TestConform(t *testing.T) {
	on := []*spec.Problem{problem(t, "gauss"), problem(t, "gauss:m=0")}
	for mode, want := range map[string]string{
		"exact":         "",
		"batch":         "calls that are put to it together on gauss",
		"batch shape":   "4], want [3 5 4]: one draw a row",
		"batch order":   "call 0 of 3 gave other draws than on its own",
		"batch seed":    "call 1 of 3 gave other draws than on its own",
		"garbage":       "wrong   returns one draw on gauss",
		"short":         "it returned 0 draws, want 1",
		"crash at 5":    "",
		"constant seed": "seeds 1 and 2 gave the same draws: seed the generator",
		"unseeded":      "some randomness does not come from the seed",
		"per process":   "a new process gave other draws",
		// On gauss:m=0 it is right: that is described last.
		"last described": "are others after it was asked about another problem",
		"rude":           "bye: it ended with exit code 5",
		"future":         "wrong   says hello",
		"refusal":        "it declines: d is odd",
		"prior":          "another y gave the same draws: is y used at all?",
	} {
		t.Run(mode, func(t *testing.T) {
			report, err := external.Conform(t.Context(), []string{os.Args[0], "child", mode}, external.Options{Grace: 10 * time.Second}, on)
			if err != nil {
				t.Fatal(err)
			}
			fine := want == "" || mode == "batch" || mode == "refusal" || mode == "prior" // those are advice
			if report.OK() != fine || !strings.Contains(report.String(), want) || want == "" && strings.Contains(report.String(), "advice") {
				t.Errorf("OK is %v, want %v; the report lacks %q:\n%v", report.OK(), fine, want, report)
			}
		})
	}
}

// TestMistakes: what is wrong with the command or the options is one line, and no child.
func TestMistakes(t *testing.T) {
	for _, test := range []struct {
		command []string
		options external.Options
		want    string
	}{
		{nil, external.Options{}, "no command"},
		{[]string{"no-such-program"}, external.Options{}, "executable file not found"},
		{[]string{"cat"}, external.Options{Jobs: -1}, "jobs is -1"},
		{[]string{"cat"}, external.Options{Timeout: -1}, "time-out is negative"},
	} {
		if _, err := external.New(t.Context(), test.command, test.options); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: %v, want %q", test.command, err, test.want)
		}
	}
}
