package props

import (
	"slices"
	"testing"

	"assay/props/problems"
	"assay/samplers"
	"assay/spec"
)

// TestSensitivity plants each effect at the size that a pass claims to notice nine
// times in ten, and at a fifth of it, in fresh runs of the same budget. Of 10 runs at
// a true rate of 0.9, fewer than 6 notice with probability 0.0016; the claim rests on
// eight runs and an extrapolation, so 5 are asked for. At a fifth of the size it takes
// 25 times the calls, and no run may notice more often than one in ten would: 5 or
// more of 10 have probability 0.0016 then.
func TestSensitivity(t *testing.T) {
	p, err := problems.Parse("gauss:d=3,m=1,beta=1")
	if err != nil {
		t.Fatal(err)
	}
	o, err := newOptions([]JudgeOption{Calls(400), Alpha(1e-3)})
	if err != nil {
		t.Fatal(err)
	}
	trial := &trial{options: o, candidate: samplers.Exact()}
	e, err := newProblemState(t.Context(), p, trial.candidate, o)
	if err != nil {
		t.Fatal(err)
	}
	trial.states = []*problemState{e}
	noticed := trial.sensitivity(t.Context(), e, o.calls)
	if len(noticed) != len(effects) {
		t.Fatalf("%d effects, want %d", len(noticed), len(effects))
	}
	posterior, err := p.Posterior()
	if err != nil {
		t.Fatal(err)
	}
	j, deviation, err := uncertain(t.Context(), p, posterior, o.stream("sensitivity", p.Digest(), 0))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range effects {
		size := noticed[i].Size
		t.Logf("%s", noticed[i].Words)
		if size == 0 {
			if f.name != "correlation" { // may be too weak on this problem
				t.Errorf("%s: not even the largest size is noticed", f.name)
			}
			continue
		}
		count := func(size float64) (n int) {
			for run := range 10 {
				if trial.callsToNotice(t.Context(), e, posterior, f, size, j, deviation, uint64(100+run), o.calls) <= o.calls {
					n++
				}
			}
			return n
		}
		if n := count(size); n < 5 {
			t.Errorf("%s of %.3g: noticed in %d of 10 runs, want 9 or so", f.name, size, n)
		}
		if n := count(size / 5); n > 4 {
			t.Errorf("%s of %.3g, a fifth of what is claimed: noticed in %d of 10 runs", f.name, size/5, n)
		}
	}
}

// TestSensitivityWithoutSpread: where the data leave nothing uncertain, nothing can be
// planted, and the verdict says nothing.
func TestSensitivityWithoutSpread(t *testing.T) {
	prior, err := spec.NewIsotropic([]float64{1, 2}, 0)
	if err != nil {
		t.Fatal(err)
	}
	p, err := spec.NewProblem("point", prior, spec.Unmeasured(2))
	if err != nil {
		t.Fatal(err)
	}
	v, err := Judge(t.Context(), samplers.Exact(), []*spec.Problem{p}, Calls(50))
	if err != nil || v.Outcome != NotRejected || v.Problems[0].Noticed != nil {
		t.Errorf("%v, %v", v, err)
	}
}

// TestSensitivityOfCallsMade: a judgement that ends before its budget is spent would have noticed what
// one of as many calls would, and no smaller errors.
func TestSensitivityOfCallsMade(t *testing.T) {
	p, err := problems.Parse("gauss:d=3,m=1,beta=1")
	if err != nil {
		t.Fatal(err)
	}
	noticed := func(opts ...JudgeOption) []Noticed {
		v, err := Judge(t.Context(), samplers.Exact(), []*spec.Problem{p}, append(opts, Alpha(1e-3))...)
		if err != nil || v.Outcome != NotRejected {
			t.Fatalf("%v, %v", v, err)
		}
		return v.Problems[0].Noticed
	}
	early := noticed(Calls(1600), Until(func(now Progress) bool { return now.Calls == 200 }))
	if whole := noticed(Calls(200)); !slices.Equal(early, whole) {
		t.Errorf("after 200 of 1600 calls %v, after 200 of 200 %v", early, whole)
	}
	if larger := noticed(Calls(1600)); !(larger[0].Size < early[0].Size/2) { // a third, by the law of the square root
		t.Errorf("%v after 1600 calls, %v after 200", larger[0], early[0])
	}
}
