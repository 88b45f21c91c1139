package fuzz

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/spec"
)

// court stands for package props: it rejects by the hash of a seed, and keeps the books on what
// the judgements of a campaign spend, over all of its lives.
type court struct {
	*disk
	t        *testing.T
	cutOff   bool   // an earlier life may have been cut off in its last judgement
	rejects  uint64 // one judgement in so many is not a rejection
	screened map[string]uint64
	spent    []judgement
	rejected map[uint64]judgement // by seed
	levels   map[uint64]float64   // by seed: of each kind, alpha/(2n(n+1))
	total    float64
	kept     int
}

// judge returns a verdict, and enters it in the books.
func (c *court) judge(j judgement) (*props.Verdict, error) {
	if j.alpha == 1.0/suspicious {
		c.screened[string(j.problem.Digest())] = j.seed
	} else {
		c.enter(j)
	}
	return c.verdict(j), nil
}

// verdict returns a verdict as package props might.
func (c *court) verdict(j judgement) *props.Verdict {
	v := &props.Verdict{
		Candidate: j.candidate.Name(), Outcome: props.NotRejected, Stop: props.StopCalls, Alpha: j.alpha, Seed: j.seed,
		Calls: min(j.calls, 400), DrawsACall: 3, Log10Wealth: -0.1,
		Problems: []props.Finding{{Problem: j.problem.Name(), Digest: hex.EncodeToString(j.problem.Digest()), Witnesses: []props.WitnessShare{{Code: "own:w", Name: "w", Share: 1, MeanRank: 0.9}}}},
	}
	if j.local > 0 || j.at != nil {
		y := j.at
		if y == nil {
			y = make([]float64, j.problem.Rows())
			y[0] = float64(j.seed % 1000)
		}
		v.Local, v.Problems[0].Y = max(j.local, 1), y
	}
	if spec.Stream(j.seed, "court", nil, 0).Uint64()%c.rejects != 0 {
		v.Outcome, v.Stop, v.Log10Wealth = props.Rejected, props.StopWealth, 0.1-math.Log10(j.alpha)
		c.rejected[j.seed] = j
	}
	return v
}

// same reports whether two judgements are one.
func same(a, b judgement) bool {
	return a.stake == b.stake && a.candidate.Name() == b.candidate.Name() && bytes.Equal(a.problem.Digest(), b.problem.Digest()) &&
		a.calls == b.calls && a.local == b.local && slices.Equal(a.at, b.at)
}

// enter checks what one judgement spends. One that was cut off may be made again, if it is the same.
func (c *court) enter(j judgement) {
	if last := len(c.spent) - 1; c.cutOff && last >= 0 && c.spent[last].seed == j.seed {
		if !same(c.spent[last], j) {
			c.t.Errorf("judgement %d, which was cut off, is made again as another one", last)
		}
		return
	}
	for _, before := range c.spent {
		if before.seed == j.seed {
			c.t.Errorf("the streams of judgement %d are used again in judgement %d", slices.IndexFunc(c.spent, func(b judgement) bool { return b.seed == j.seed }), len(c.spent))
		}
	}
	for _, seed := range c.screened {
		if seed == j.seed {
			c.t.Errorf("judgement %d uses the streams of screening", len(c.spent))
		}
	}
	if level := c.levels[j.seed]; level == 0 || math.Abs(level-j.alpha) > 1e-15*level {
		c.t.Errorf("judgement %d is made at %v; the level of its streams is %v", len(c.spent), j.alpha, level)
	}
	c.spent, c.cutOff = append(c.spent, j), false
	c.total += j.alpha
	saved := &State{}
	if err := json.Unmarshal(c.state, saved); err != nil {
		c.t.Fatalf("judgement %d is made before the state was saved: %v", len(c.spent), err)
	}
	if saved.Confirmations+saved.Reductions < len(c.spent) {
		c.t.Errorf("judgement %d is made while the saved state says that there were %d confirmations and %d reductions",
			len(c.spent), saved.Confirmations, saved.Reductions)
	}
}

// config is that of the disk, with the court in place of package props; it checks what is
// handed out.
func (c *court) config() Config {
	config := c.disk.config()
	keep := config.Keep
	config.Problems, config.Most, config.Draws, config.judging = 60, 5, 3, c.judge
	config.Keep = func(found *props.Counterexample) error {
		c.kept++
		by, ok := c.rejected[found.Verdict.Seed]
		switch y, fixed := found.Y(); {
		case !ok || by.alpha == 1.0/suspicious:
			c.t.Errorf("%s was handed out on a judgement that spent nothing", found.Problem.Name())
		case string(by.problem.Digest()) != string(found.Problem.Digest()):
			c.t.Errorf("%s was handed out on a judgement of %s", found.Problem.Name(), by.problem.Name())
		case by.local > 0:
			c.t.Errorf("%s was handed out on the judgement that chose its y", found.Problem.Name())
		case fixed && !slices.Equal(y, by.at):
			c.t.Errorf("y = %v was handed out on a judgement of %v", y, by.at)
		}
		return keep(found)
	}
	return config
}

// TestCampaignSpendsAlpha: whatever the verdicts are, and wherever a campaign is killed and
// resumed, the levels of all judgements but those of screening sum to at most alpha, each has a
// seed that no other judgement has, but itself made again, was counted in the saved state before it was made, and is at
// the level of its number; and every counterexample is one that such a judgement rejected: on
// its problem, and at its y if it has one. Nothing is random: the verdicts are a function of the
// seed. The levels come within a tenth of alpha in some campaigns, so that one spent twice shows.
func TestCampaignSpendsAlpha(t *testing.T) {
	const alpha = 0.02
	most := 0.0
	for rejects := uint64(2); rejects <= 3; rejects++ {
		for kill := range 24 {
			t.Run(fmt.Sprintf("rejects %d, killed at write %d", rejects, kill), func(t *testing.T) {
				c := &court{disk: &disk{kept: map[string][]byte{}, left: kill}, t: t, rejects: rejects, screened: map[string]uint64{}, rejected: map[uint64]judgement{}, levels: map[uint64]float64{}}
				for _, purpose := range []string{"fuzz confirm", "fuzz reduce"} {
					for n := 1.0; n <= 2000; n++ {
						c.levels[spec.Stream(5, purpose, nil, uint64(n)).Uint64()] = alpha / 2 / n / (n + 1)
					}
				}
				candidate := newInSteps(8, func(*mat.Dense, int) {})
				state, err := NewState(candidate.Name(), "gaussian", alpha, 5)
				if err != nil {
					t.Fatal(err)
				}
				_, err = Run(t.Context(), candidate, state, nil, c.config())
				if !errors.Is(err, errKilled) && err != nil {
					t.Fatal(err)
				}
				for err != nil { // it is killed again after as many writes, and then no more
					c.left, c.cutOff = -1, true
					if len(c.spent) < 20 && kill > 3 {
						c.left = kill
					}
					if c.state != nil {
						state = &State{}
						if err := json.Unmarshal(c.state, state); err != nil {
							t.Fatal(err)
						}
					}
					var unfinished []*props.Counterexample
					for _, text := range c.disk.kept {
						unfinished = append(unfinished, readBack(t, text))
					}
					if _, err = Run(t.Context(), candidate, state, unfinished, c.config()); err != nil && !errors.Is(err, errKilled) {
						t.Fatal(err)
					}
				}
				if c.total > alpha {
					t.Errorf("%d judgements are made at levels that sum to %v, more than alpha", len(c.spent), c.total)
				}
				most = max(most, c.total)
				if c.kept == 0 {
					t.Errorf("no counterexample was handed out in %d judgements", len(c.spent))
				}
			})
		}
	}
	if most < 0.9*alpha {
		t.Errorf("the levels sum to %v at most, want nearly %v: the campaigns show nothing", most, alpha)
	}
}
