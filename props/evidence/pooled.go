package evidence

import "slices"

// Pooled is the evidence on several sessions taken as one: an error that their problems share
// grows it with every call, whichever problem that is about. It bets on the witnesses that
// all of them have, each in units of its own spread on the problem at hand, and is a
// martingale along with those of the single sessions, as each call is fresh.
type Pooled struct {
	names     []string
	processes []*process           // one for each scale
	places    map[*Session][][]int // for each scale, where the names are in the battery
}

// NewPooled joins sessions that have seen no call yet: from now on a bet of any of them is one
// of the returned evidence too. That is nil where there is nothing to pool: fewer than two
// sessions, single y, or no witness in common. It is an error if they differ in more than the
// problem.
func NewPooled(sessions ...*Session) (*Pooled, error) {
	if len(sessions) < 2 {
		return nil, nil
	}
	first := sessions[0]
	for _, s := range sessions {
		if s.config.Draws != first.config.Draws || s.config.pairs() != first.config.pairs() || s.config.Single != first.config.Single || len(s.scales) != len(first.scales) {
			return nil, errUnlike
		}
	}
	if first.config.Single {
		return nil, nil
	}
	p := &Pooled{places: map[*Session][][]int{}}
	var features []int
	for k, name := range first.Names() {
		if slices.ContainsFunc(sessions, func(s *Session) bool { return !slices.Contains(s.Names(), name) }) {
			continue
		}
		if slices.Contains(first.scales[0].battery.features, k) {
			features = append(features, len(p.names))
		}
		p.names = append(p.names, name)
	}
	if len(p.names) == 0 {
		return nil, nil
	}
	for i := range first.scales {
		asymmetry := 0.0 // the largest of any problem: what is measured of some, and nothing of others, is read by two definitions
		for _, s := range sessions {
			asymmetry = max(asymmetry, s.scales[i].asymmetry)
		}
		p.processes = append(p.processes, newProcess(len(p.names), features, first.config.Draws, first.config.pairs(), asymmetry))
	}
	for _, s := range sessions {
		s.pooled = p
		for _, at := range s.scales {
			var places []int
			for _, name := range p.names {
				places = append(places, slices.Index(at.battery.names, name))
			}
			p.places[s] = append(p.places[s], places)
		}
	}
	return p, nil
}

// bet bets on a call of a session, before the session itself has learnt from it.
func (p *Pooled) bet(s *Session, e *Evaluation) {
	for i, process := range p.processes {
		values := make([][]float64, len(p.names))
		for j, k := range p.places[s][i] {
			values[j] = s.processes[i].Scaled(k, e.tables[i].values[k])
		}
		process.Observe(values, e.tables[i].place, e.ties)
	}
}

// LogWealth returns the natural logarithm of the wealth.
func (p *Pooled) LogWealth() float64 { return meanLogWealth(p.processes) }

// WitnessShares returns what each of the shared witnesses has contributed, the largest share
// first.
func (p *Pooled) WitnessShares() []WitnessShare {
	all := p.processes[leading(p.processes)].shares()
	for i := range all {
		all[i].Name = p.names[all[i].Witness]
	}
	return all
}
