package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"gonum.org/v1/gonum/mat"

	"assay/internal/schema"
	"assay/spec"
)

// others are commands of tests in other files.
var others = map[string]func(){}

// The scripts see two commands: assay, and assay-broken, which has candidates that
// misbehave besides.
func TestMain(m *testing.M) {
	commands := map[string]func(){
		"assay": main,
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

// exits N COMMAND... runs a command, which must end with that exit code. The verdict that it writes as
// JSON, if it does, must be as docs/verdict.schema.json says.
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
	if i := slices.Index(args, "--json"); want != 2 && i > 0 && i+1 < len(args) && (args[2] == "check" || args[2] == "invert") {
		file := args[i+1]
		if file == "-" {
			file = "stdout"
		}
		ts.Check(schema.Check([]byte(ts.ReadFile(file))))
	}
}
