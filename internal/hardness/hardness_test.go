package hardness

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"assay/internal/inverter"
	"assay/reduction"
)

func TestParseFamily(t *testing.T) {
	for name, want := range map[string]string{
		"goldreich":           "goldreich:n=9,m=9,pred=p5,seed=1,R=10,eps=0.4,beta=0.04,padding=0,encoding=lattice",
		"mq:m=40,eps=0.5":     "mq:n=9,m=40,seed=1,R=10,eps=0.5,beta=0.05,padding=0,encoding=lattice",
		"aes128":              "aes128:unknown=9,seed=1,R=10,eps=0.4,beta=0.04,padding=0,encoding=lattice",
		"sha256:rounds=16":    "sha256:rounds=16,n=9,m=256,R=10,eps=0.4,beta=0.04,padding=0,encoding=lattice",
		"speck32:rounds=2":    "speck32:rounds=2,unknown=9,pairs=1,seed=1,R=10,eps=0.4,beta=0.04,padding=0,encoding=lattice",
		"twotoone:R=8,seed=3": "twotoone:n=9,seed=3,R=8,eps=0.4,beta=0.04,padding=0,encoding=lattice",
	} {
		f, err := ParseFamily(name)
		if err != nil {
			t.Fatal(err)
		}
		in, got, err := f.At(9)
		if err != nil || got != want || in.Function().N != 9 || f.String() != name {
			t.Errorf("%s at 9 is %q (%s), %v; want %q", name, got, f, err, want)
		}
	}
	for name, want := range map[string]string{
		"goldreich:n=8":    "function goldreich:n=8: leave out n, which is what grows",
		"aes128:unknown=8": "function aes128:unknown=8: leave out unknown, which is what grows",
		"des":              `unknown one-way function "des", want one of goldreich, mq,`,
	} {
		if _, err := ParseFamily(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", name, err, want)
		}
	}
	f, err := ParseFamily("aes128:n=3")
	if err == nil {
		_, _, err = f.At(9)
	}
	if err == nil || !strings.Contains(err.Error(), `unknown key "n"`) {
		t.Errorf("aes128:n=3: error %v", err)
	}
}

func family(t *testing.T, name string) *Family {
	t.Helper()
	f, err := ParseFamily(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestMethods: on a function that everyone can invert each inverter and the exact sampler
// finds every preimage, and unconditional draws are right; a sampler that ignores y finds
// one of 2^8 at a time, of 5 at most 2 but with probability 6e-7.
func TestMethods(t *testing.T) {
	o := Options{Sizes: []int{8}, Targets: 5, Limit: time.Minute}
	for _, name := range append(Defaults(), "prior") {
		method, err := ParseMethod(name)
		if err != nil {
			t.Fatal(err)
		}
		o.Methods = append(o.Methods, method)
	}
	table, err := Measure(t.Context(), family(t, "identity"), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Cells) != len(o.Methods) || table.Interrupted {
		t.Fatalf("%d cells of %d, interrupted %v", len(table.Cells), len(o.Methods), table.Interrupted)
	}
	for _, c := range table.Cells {
		tried := 5
		if c.Kind == Generates {
			tried = 5 * batch
		}
		least, most := tried, tried
		switch c.Method {
		case "prior":
			least, most = 0, 2
		case "dps", "pigdm":
			least = 0
		}
		if c.End != Done || c.Tried != tried || c.Right < least || c.Right > most || c.Seconds <= 0 || c.Spent < c.Seconds {
			t.Errorf("%+v: want %d tried, %d to %d right", c, tried, least, most)
		}
	}
	for _, name := range []string{"magic", "sat:solver=pencil", "dps:zeta=x", "enumerate:x=1"} {
		if _, err := ParseMethod(name); err == nil {
			t.Errorf("method %s: no error", name)
		}
	}
}

// scripted is a method that does what a function of n says, without looking at the image.
func scripted(name string, act func(ctx context.Context, n int) (right int, err error)) Method {
	return Method{name, Inverts, func(ctx context.Context, in *reduction.Instance, _ []bool, _ *rand.Rand) (int, int, inverter.Work, error) {
		right, err := act(ctx, in.Function().N)
		return right, 1, inverter.Work{Candidates: 1}, err
	}}
}

// TestEnds: what ends a cell, and that a method that is out of time is not asked again.
func TestEnds(t *testing.T) {
	asked := 0
	table, err := Measure(t.Context(), family(t, "identity"), Options{
		Sizes: []int{4, 5, 6}, Targets: 3, Limit: 500 * time.Millisecond, // long for those that are quick, on a busy machine
		Methods: []Method{
			scripted("quick", func(context.Context, int) (int, error) { return 1, nil }),
			scripted("patient", func(ctx context.Context, n int) (int, error) {
				if n < 5 {
					return 0, nil
				}
				asked++
				<-ctx.Done()
				return 0, ctx.Err()
			}),
			scripted("picky", func(_ context.Context, n int) (int, error) {
				if n == 5 {
					return 0, errors.New("not five")
				}
				return 1, nil
			}),
			scripted("deaf", func(context.Context, int) (int, error) { time.Sleep(600 * time.Millisecond); return 1, nil }),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]End{
		"quick":   {Done, Done, Done},
		"patient": {Done, OutOfTime, Skipped},
		"picky":   {Done, Impossible, Done},
		"deaf":    {OutOfTime, Skipped, Skipped}, // its first answer counts, late as it is
	}
	got := map[string][]End{}
	for _, c := range table.Cells {
		got[c.Method] = append(got[c.Method], c.End)
		if c.Method == "deaf" && c.N == 4 && (c.Tried != 1 || c.Right != 1) {
			t.Errorf("%+v: want one tried, one right", c)
		}
	}
	for method, ends := range want {
		for i, end := range ends {
			if len(got[method]) != len(ends) || got[method][i] != end {
				t.Errorf("%s ended %v, want %v", method, got[method], ends)
				break
			}
		}
	}
	if asked != 1 {
		t.Errorf("the method out of time was asked %d times", asked)
	}
	text := table.String()
	for _, part := range []string{"identity: time a target", "picky from n = 5: not five\n", " 1/1 time limit", "n  "} {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in\n%s", part, text)
		}
	}
}

// TestInterrupted: what was measured before is kept, in words and as JSON.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	table, err := Measure(ctx, family(t, "identity"), Options{
		Sizes: []int{4, 5, 6}, Targets: 1, Limit: time.Minute,
		Methods: []Method{scripted("interrupted", func(ctx context.Context, n int) (int, error) {
			if n == 5 {
				cancel()
				return 0, ctx.Err()
			}
			return 1, nil
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !table.Interrupted || len(table.Cells) != 2 || table.Cells[0].End != Done || table.Cells[1].End != Broken {
		t.Errorf("%+v: want two cells, one done and one broken off", table)
	}
	if !strings.HasSuffix(table.String(), "interrupted\n") {
		t.Errorf("it does not say so:\n%s", table)
	}
	if _, err := json.Marshal(table); err != nil {
		t.Error(err)
	}
}

// TestGrowth: the exponent of times that double with every bit is 1, and of cells too
// short or without success there is none.
func TestGrowth(t *testing.T) {
	table := &Table{methods: []Method{{Name: "doubling"}, {Name: "short"}, {Name: "failing"}}}
	for n := range 10 {
		table.Cells = append(table.Cells,
			Cell{Method: "doubling", N: n, Right: 1, Seconds: 0.001 * float64(int(1)<<n)},
			Cell{Method: "short", N: n, Right: 1, Seconds: 1e-5},
			Cell{Method: "failing", N: n, Seconds: 1})
	}
	table.fit()
	if len(table.Growth) != 1 || table.Growth[0].Method != "doubling" || table.Growth[0].Cells != 10 ||
		table.Growth[0].Exponent < 0.999999 || table.Growth[0].Exponent > 1.000001 {
		t.Errorf("growth %+v, want 1 of doubling alone", table.Growth)
	}
}

func TestOptions(t *testing.T) {
	good := Options{Sizes: []int{8}, Targets: 1, Limit: time.Second, Methods: []Method{scripted("m", nil)}}
	for want, change := range map[string]func(*Options){
		"targets is 0":         func(o *Options) { o.Targets = 0 },
		"limit is 0s":          func(o *Options) { o.Limit = 0 },
		"0 sizes":              func(o *Options) { o.Sizes = nil },
		"0 methods":            func(o *Options) { o.Methods = nil },
		"want an integer from": func(o *Options) { o.Sizes = []int{0} },
	} {
		o := good
		change(&o)
		if _, err := Measure(t.Context(), family(t, "identity"), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestSeconds(t *testing.T) {
	for s, want := range map[float64]string{0.0000573456: "57.3µs", 1.23456: "1.23s", 0.123456: "123ms", 75.4: "1m15.4s"} {
		if got := seconds(s); got != want {
			t.Errorf("%v s is written %s, want %s", s, got, want)
		}
	}
}
