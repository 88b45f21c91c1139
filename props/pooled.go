package props

import (
	"math/rand/v2"
	"slices"

	"assay/props/evidence"
)

// pooled is the evidence on all problems of a trial taken as one: an error that they share
// grows it with every call, whichever problem that is about. It bets on the witnesses that
// all problems have, each in units of its own spread on the problem at hand, and is a
// martingale beside those of the single problems, as each call is fresh.
type pooled struct {
	names     []string
	processes []*evidence.Process  // one for each scale
	index     map[*exhibit][][]int // for each scale, where the names are in the battery
}

// newPooled returns nil where there is nothing to pool: one problem, single y, or no
// witness in common.
func (t *trial) newPooled() *pooled {
	if len(t.exhibits) < 2 || t.local > 0 {
		return nil
	}
	first := t.exhibits[0]
	p := &pooled{index: map[*exhibit][][]int{}}
	var features []int
	for k, name := range first.batteries[0].Names() {
		if !t.shared(name) {
			continue
		}
		if slices.Contains(first.batteries[0].Features(), k) {
			features = append(features, len(p.names))
		}
		p.names = append(p.names, name)
	}
	if len(p.names) == 0 {
		return nil
	}
	for scale := range first.batteries {
		asymmetry := 0.0 // the largest of any problem: what is measured of some, and nothing of others, is read by two definitions
		for _, e := range t.exhibits {
			asymmetry = max(asymmetry, e.asymmetry(scale, t.options))
		}
		p.processes = append(p.processes, evidence.NewProcess(len(p.names), features, t.draws, !inPairs(t.candidate, t.options), asymmetry))
	}
	for _, e := range t.exhibits {
		for _, battery := range e.batteries {
			var places []int
			for _, name := range p.names {
				places = append(places, slices.Index(battery.Names(), name))
			}
			p.index[e] = append(p.index[e], places)
		}
	}
	return p
}

// shared reports whether all problems have the witness of that name.
func (t *trial) shared(name string) bool {
	return !slices.ContainsFunc(t.exhibits, func(e *exhibit) bool { return !slices.Contains(e.batteries[0].Names(), name) })
}

// observe bets on a call about an exhibit, before the exhibit itself has learnt from it.
func (p *pooled) observe(e *exhibit, sights []*evidence.Sight, ties *rand.Rand) {
	for scale, process := range p.processes {
		own := e.points[0].processes[scale]
		values := make([][]float64, len(p.names))
		for i, k := range p.index[e][scale] {
			values[i] = own.Scaled(k, sights[scale].Values[k])
		}
		process.Observe(values, sights[scale].Place, ties)
	}
}

// logWealth returns the logarithm of the mean wealth over the scales.
func (p *pooled) logWealth() float64 { return meanLogWealth(p.processes) }

// witnesses returns the leading ones.
func (p *pooled) witnesses() []Witness {
	process := p.processes[leading(p.processes)]
	return leadingWitnesses(process, p.names)
}
