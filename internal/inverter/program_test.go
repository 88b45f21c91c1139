package inverter

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"assay/internal/circuit"
)

// forEachProgram runs a test with every solver that is installed.
func forEachProgram(t *testing.T, test func(t *testing.T, inverter Inverter)) {
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			inverter, err := newSAT(p.name, defaultCell)
			var missing *missingSolver
			if errors.As(err, &missing) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			test(t, inverter)
		})
	}
}

// TestPrograms: each solver on every kind of function, an image and one that may be
// none; they leave no file behind.
func TestPrograms(t *testing.T) {
	forEachProgram(t, func(t *testing.T, inverter Inverter) {
		dir := t.TempDir()
		t.Setenv("TMPDIR", dir)
		rng := newRand(10)
		for _, c := range kinds() {
			for _, z := range [][]bool{c.Eval(circuit.RandomBits(c.Inputs(), rng)), circuit.RandomBits(c.Outputs(), rng)} {
				all := preimages(c, z)
				x, work, err := inverter.Invert(context.Background(), c, z, rng)
				switch {
				case len(all) == 0 && !errors.Is(err, ErrNoPreimage), len(all) > 0 && (err != nil || !all[circuit.Uint(x)]):
					t.Errorf("%v of %d preimages, error %v", x, len(all), err)
				case work.Solves > 1:
					t.Errorf("%d calls for one preimage", work.Solves)
				}
			}
		}
		checkAgainst(t, inverter, twoToOne(7), make([]bool, 6), rng)
		if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, error %v", left, err)
		}
	})
}

// fakeSolver puts a script on the PATH as if it were a solver, and returns the
// inverter that asks it. $1 is the formula.
func fakeSolver(t *testing.T, name, script string) Inverter {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	inverter, err := newSAT(name, minCell)
	if err != nil {
		t.Fatal(err)
	}
	return inverter
}

// TestAnswers: what solvers say, rightly and wrongly, about x1 + x2 = 1, and what is
// made of it.
func TestAnswers(t *testing.T) {
	b := circuit.NewBuilder(2)
	c := b.Build(b.Xor(b.Input(0), b.Input(1)))
	for _, test := range []struct{ solver, script, want string }{
		{"kissat", "printf 'c hello\\ns SATISFIABLE\\nv 1 -2\\nv 3 0\\n'; exit 10", ""},
		{"glucose", "test \"$1\" = -model && printf 'c conflicts : 12\\ns SATISFIABLE\\nv -1 2 3 0\\n'; exit 10", ""},
		{"minisat", "echo 'conflicts : 3 (0 /sec)'; printf 'SAT\\n1 -2 3 0\\n' > $2; exit 10", ""},
		{"kissat", "printf 'v 1 0\\n'; exit 10", ""}, // a variable not mentioned
		{"kissat", "echo 's UNSATISFIABLE'; exit 20", "the solver kissat is wrong: it finds no preimage, and there is one"},
		{"kissat", "printf 'v 1 2 3 0\\n'; exit 10", "the solver kissat is wrong: what was found is not a preimage"},
		{"kissat", "printf 'v 1 -2 3\\n'; exit 10", "does not end with 0"},
		{"kissat", "exit 10", "does not end with 0"},
		{"kissat", "printf 'v 1 -2 99 0\\n'; exit 10", `line 1 of the model: "99" is not a literal of 3 variables`},
		// The sign of the least integer cannot be changed.
		{"kissat", "printf 'v -9223372036854775808 0\\n'; exit 10", `the solver kissat is wrong: line 1 of the model: "-9223372036854775808" is not a literal of 3 variables`},
		{"kissat", "printf 'v 9223372036854775807 0\\n'; exit 10", `"9223372036854775807" is not a literal`},
		{"kissat", "printf 'v -99999999999999999999 0\\n'; exit 10", `is not a literal`},
		{"kissat", "printf 'v -4 0\\n'; exit 10", `"-4" is not a literal of 3 variables`},
		{"kissat", "printf 'v \\033[31m 0\\n'; exit 10", `"\\x1b[31m" is not a literal`},
		{"kissat", "printf 'v 1 -2 4 0\\n'; exit 10", `"4" is not a literal of 3 variables`},
		{"kissat", "printf 'v -1 -2 3 0\\n'; exit 10", "the solver kissat is wrong: what was found"},
		{"kissat", "printf 'c\\nv 1 x 0\\n'; exit 10", `line 2 of the model: "x" is not a literal`},
		{"kissat", "printf 'v 1 -1 0\\n'; exit 10", "both 1 and -1"},
		{"minisat", "exit 10", "no such file"},
		{"minisat", "printf 'INDET\\n' > $2; exit 10", `"INDET" is not a literal`},
		{"kissat", "echo 'c UNKNOWN'; exit 0", "no answer (exit status 0): c UNKNOWN"},
		{"kissat", "echo 'kissat: error: out of memory' >&2; exit 1", "no answer (exit status 1): kissat: error: out of memory"},
		{"kissat", "kill -9 $$", "no answer (signal: killed)"},
	} {
		inverter := fakeSolver(t, test.solver, test.script)
		x, _, err := inverter.Invert(context.Background(), c, []bool{true}, newRand(11))
		switch {
		case test.want == "" && (err != nil || checkPreimage(c, []bool{true}, x) != nil):
			t.Errorf("%s: %v, error %v", test.script, x, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n")):
			t.Errorf("%s: error %v, want one line with %q", test.script, err, test.want)
		}
	}
}

// TestNoPreimageIsBelieved where it is true.
func TestNoPreimageIsBelieved(t *testing.T) {
	b := circuit.NewBuilder(2)
	x := b.Xor(b.Input(0), b.Input(1))
	_, _, err := fakeSolver(t, "kissat", "exit 20").Invert(context.Background(), b.Build(x, x), []bool{true, false}, newRand(11))
	if !errors.Is(err, ErrNoPreimage) {
		t.Errorf("error %v, want that there is no preimage", err)
	}
}

// TestConflictsAreRead from the statistics of every solver installed: finding the
// factors of a number takes some.
func TestConflictsAreRead(t *testing.T) {
	forEachProgram(t, func(t *testing.T, inverter Inverter) {
		c := product(13)
		_, work, err := inverter.Invert(context.Background(), c, circuit.Bits(7919*5003, 26), newRand(12))
		if err != nil || work.Solves != 1 || work.Conflicts == 0 {
			t.Errorf("work %+v, error %v", work, err)
		}
	})
}

// product multiplies two integers of n bits.
func product(n int) *circuit.Circuit {
	b := circuit.NewBuilder(2 * n)
	return b.Build(b.Mul(b.Inputs()[:n], b.Inputs()[n:])...)
}

// patience is how soon an interrupted inversion must return, on a machine that is
// busy with other things.
const patience = 10 * time.Second

// TestInterrupt stops every inverter in the middle of what would take hours: the
// factors of a product of two primes of 30 bits, not close to a power of two. They must say so, promptly, and leave
// neither files nor processes.
func TestInterrupt(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	c := product(30)
	z := circuit.Bits(731234579*871234579, 60)
	interrupt := func(t *testing.T, inverter Inverter) {
		for name, run := range map[string]func(context.Context) error{
			"Invert": func(ctx context.Context) error {
				_, _, err := inverter.Invert(ctx, c, z, newRand(13))
				return err
			},
			"Sample": func(ctx context.Context) error {
				_, _, err := inverter.Sample(ctx, c, z, 2, newRand(13))
				return err
			},
		} {
			ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
			start := time.Now()
			err := run(ctx)
			cancel()
			if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took > patience {
				t.Errorf("%s: error %v after %v, want a deadline exceeded", name, err, took)
			}
			if err := run(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s, begun when time was up: error %v", name, err)
			}
		}
	}
	for _, inverter := range inProcess {
		t.Run(inverter.Name(), func(t *testing.T) {
			if _, ok := inverter.(*sat); ok && raceEnabled {
				t.Skip("the race detector forbids the only way to stop gophersat: see gophersat.go")
			}
			interrupt(t, inverter)
		})
	}
	forEachProgram(t, interrupt)
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, error %v", left, err)
	}
}

// TestSolverIsKilled when time is up, and waited for.
func TestSolverIsKilled(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	inverter := fakeSolver(t, "kissat", "echo $$ > "+pidFile+".part; mv "+pidFile+".part "+pidFile+"; exec sleep 1000")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	result := make(chan error, 1)
	go func() {
		_, _, err := inverter.Invert(ctx, product(4), circuit.Bits(15, 8), newRand(14))
		result <- err
	}()
	var text []byte
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		var err error
		if text, err = os.ReadFile(pidFile); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the solver did not start: %v", err)
		}
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, 0); err != nil {
		t.Fatalf("before: process %d: %v", pid, err)
	}
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want canceled", err)
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("after: process %d is still there (%v)", pid, err)
	}
}
