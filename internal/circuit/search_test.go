package circuit

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t)
		target := make([]bool, m.c.Outputs())
		for j := range target {
			target[j] = rapid.Bool().Draw(t, "target")
		}
		if rapid.Bool().Draw(t, "reachable") {
			x := rapid.Uint64Range(0, 1<<m.c.Inputs()-1).Draw(t, "secret")
			target = m.c.Eval(Bits(x, m.c.Inputs()))
		}
		var want []uint64
		for x := range uint64(1) << m.c.Inputs() {
			if slices.Equal(target, evaluate(m.c)(x)) {
				want = append(want, x)
			}
		}
		s, err := NewSearch(m.c)
		if err != nil {
			t.Fatal(err)
		}
		got, work, err := s.Preimages(t.Context(), target)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("preimages %v, want %v (error %v)", got, want, err)
		}
		if all := uint64(1) << m.c.Inputs(); work.Candidates != all {
			t.Fatalf("%d candidates of %d", work.Candidates, all)
		}
	})
}

// TestSearchManyBlocks compares with Eval where there are many blocks, searched in
// parts, with outputs that touch few inputs and many.
func TestSearchManyBlocks(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const n = 14
	for range 5 {
		c := randomCircuit(n, 8, 60, rng)
		target := c.Eval(Bits(rng.Uint64N(1<<n), n))
		var want []uint64
		for x := range uint64(1) << n {
			if slices.Equal(c.Eval(Bits(x, n)), target) {
				want = append(want, x)
			}
		}
		s, err := NewSearch(c)
		if err != nil {
			t.Fatal(err)
		}
		var got []uint64
		var work Work
		for from := uint64(0); from < s.Blocks(); from += 3 {
			w, err := s.Run(t.Context(), target, from, min(from+3, s.Blocks()), func(x uint64) bool {
				got = append(got, x)
				return true
			})
			if err != nil {
				t.Fatal(err)
			}
			work.Add(w)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%d preimages, want %d", len(got), len(want))
		}
		if got, _, err := s.Preimages(t.Context(), target); err != nil || !slices.Equal(got, want) {
			t.Errorf("%d preimages in parallel, want %d (error %v)", len(got), len(want), err)
		}
		if work.Candidates != 1<<n || work.Blocks != s.Blocks() {
			t.Errorf("work %+v", work)
		}
	}
}

// TestSearchStopsEarly: outputs that do not touch the lanes and disagree end every
// block after one output.
func TestSearchStopsEarly(t *testing.T) {
	b := NewBuilder(20)
	in := b.Inputs()
	rest := b.Inputs()[:19]
	parity := False
	for _, l := range rest {
		parity = b.Xor(parity, l)
	}
	c := b.Build(parity, b.And(in[19], in[18]), False)
	s, err := NewSearch(c)
	if err != nil {
		t.Fatal(err)
	}
	work, err := s.Run(t.Context(), []bool{true, true, true}, 0, s.Blocks(), func(uint64) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	if work.Outputs != s.Blocks() || work.Instructions != 0 {
		t.Errorf("%d outputs and %d instructions for %d blocks, of which a constant output rules out each",
			work.Outputs, work.Instructions, s.Blocks())
	}
}

func TestSearchEnds(t *testing.T) {
	c := NewBuilder(16).Build() // no outputs: every input is a preimage
	s, err := NewSearch(c)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	work, err := s.Run(t.Context(), nil, 0, s.Blocks(), func(uint64) bool { count++; return count < 5 })
	if count != 5 || work.Blocks != 1 || err != nil {
		t.Errorf("found called %d times in %d blocks (error %v), want 5 in 1", count, work.Blocks, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.Preimages(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if err := Compile(c).Visit(ctx, 0, 1, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if _, err := s.Run(t.Context(), []bool{true}, 0, 1, nil); err == nil {
		t.Error("a target of the wrong length is not an error")
	}
	if _, err := NewSearch(NewBuilder(63).Build()); err == nil {
		t.Error("63 inputs are not an error")
	}
}
