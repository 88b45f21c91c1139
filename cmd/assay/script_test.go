package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"gonum.org/v1/gonum/mat"

	_ "assay/internal/schema" // the command, too, panics if what it writes as JSON is not as published
	"assay/spec"
)

// others are commands of tests in other files.
var others = map[string]func(){}

// The scripts see three commands: assay, assay-broken, which has candidates that
// misbehave besides, and stripes, which is a program of witnesses.
func TestMain(m *testing.M) {
	commands := map[string]func(){
		"assay":   main,
		"stripes": stripesProgram,
		"assay-broken": func() {
			builtin := parseCandidate
			parseCandidate = func(name string) (spec.Sampler, error) {
				if name == "deaf" { // like a set-up that cannot be called off
					time.Sleep(time.Hour)
				}
				if fill, ok := broken[name]; ok {
					return spec.NewSampler(name, true, fill), nil
				}
				return builtin(name)
			}
			main()
		},
	}
	maps.Copy(commands, others)
	testscript.Main(m, commands)
}

// broken are candidates each of which breaks the protocol in its own way.
var broken = map[string]func(context.Context, *mat.Dense, *spec.Problem, []float64, *rand.Rand) error{
	"panics": func(context.Context, *mat.Dense, *spec.Problem, []float64, *rand.Rand) error {
		panic("index out of luck")
	},
	"errs": func(context.Context, *mat.Dense, *spec.Problem, []float64, *rand.Rand) error {
		return errors.New("no licence")
	},
	"nan": func(_ context.Context, dst *mat.Dense, _ *spec.Problem, _ []float64, _ *rand.Rand) error {
		dst.Set(0, 0, math.NaN())
		return nil
	},
	"striped":     striped,
	"leaves rows": func(context.Context, *mat.Dense, *spec.Problem, []float64, *rand.Rand) error { return nil },
	"reshapes": func(_ context.Context, dst *mat.Dense, _ *spec.Problem, _ []float64, _ *rand.Rand) error {
		*dst = *mat.NewDense(1, 1, nil)
		return nil
	},
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
		},
	})
}

// exits N COMMAND... runs a command, which must end with that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N command [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var status *exec.ExitError
		if !errors.As(err, &status) {
			ts.Fatalf("%v", err)
		}
		got = status.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s", fmt.Sprintf("exit code %d, want %d", got, want))
	}
}
