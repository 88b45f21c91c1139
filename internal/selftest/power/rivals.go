package power

// rival is a judge that people use, or the same armed with our witnesses.
type rival struct {
	name  string
	armed bool
	make  func(places int) test
	// sequential says that the test is used by the rule of Gandy and Scott; otherwise
	// it is used once, after a fixed number of calls.
	sequential bool
	// start is the number of calls (of the first look) if nobody chooses it; 0 if the
	// best in hindsight is taken.
	start int
}

func ofCoordinates(c *call) []int { return c.coordinates }
func ofWitnesses(c *call) []int   { return c.witnesses }
func ofCoverage(c *call) []int    { return c.coverage }

// rankRival returns the maker of a rank test.
func rankRival(ranks func(*call) []int, goodOf func([]int, int) float64) func(int) test {
	return func(places int) test { return &rankTest{ranks: ranks, goodOf: goodOf, places: places} }
}

// Bounds on what the classifiers look at, whose cost grows with the number of calls, that
// of the nearest neighbours with its square.
const (
	mostLogistic   = 5000
	mostNeighbours = 800
	neighbours     = 5
)

// rivals returns the judges that the evidence is compared with.
func rivals() []rival {
	return []rival{
		{name: "SBC, KS", make: rankRival(ofCoordinates, kolmogorovSmirnov)},
		{name: "SBC, chi-square", make: rankRival(ofCoordinates, chiSquare)},
		{name: "TARP", make: rankRival(ofCoverage, kolmogorovSmirnov)},
		{name: "logistic", make: func(int) test { return &classifierTest{train: logistic, most: mostLogistic} }},
		{name: "neighbours", make: func(int) test { return &classifierTest{train: nearest(neighbours), most: mostNeighbours} }},
		{name: "Gandy-Scott", make: rankRival(ofCoordinates, chiSquare), sequential: true, start: gandyScottCalls},
		{name: "armed KS", armed: true, make: rankRival(ofWitnesses, kolmogorovSmirnov)},
		{name: "armed chi-square", armed: true, make: rankRival(ofWitnesses, chiSquare)},
		{name: "armed Gandy-Scott", armed: true, make: rankRival(ofWitnesses, kolmogorovSmirnov), sequential: true},
	}
}

// numbers of calls among which the best is found: about a fourth more each.
func plans(limit int) []int {
	var list []int
	for n := 8; n <= limit; n += n / 4 {
		list = append(list, n)
	}
	return list
}

// trial is a rival in one run: the calls that each plan (a number of calls, or of those
// in the first look) takes to reject at each alpha; 0 if it does not.
type trial struct {
	plans []int
	costs map[float64][]int

	fixed      test
	sequential map[float64][]*gandyScott
}

func (r *rival) newTrial(places, limit int, alphas []float64) *trial {
	t := &trial{plans: plans(limit), costs: map[float64][]int{}}
	if r.start > 0 {
		t.plans = []int{r.start}
	}
	for _, alpha := range alphas {
		t.costs[alpha] = make([]int, len(t.plans))
	}
	if !r.sequential {
		t.fixed = r.make(places)
		return t
	}
	t.sequential = map[float64][]*gandyScott{}
	for _, alpha := range alphas {
		for _, n := range t.plans {
			t.sequential[alpha] = append(t.sequential[alpha], newGandyScott(r.make(places), alpha, n))
		}
	}
	return t
}

// observe takes call number n, counted from 1.
func (t *trial) observe(c *call, n int) {
	for alpha, rules := range t.sequential {
		for i, rule := range rules {
			rule.observe(c)
			t.costs[alpha][i] = rule.rejected
		}
	}
	if t.fixed == nil {
		return
	}
	t.fixed.observe(c)
	for i, plan := range t.plans {
		if plan != n {
			continue
		}
		p := t.fixed.pValue()
		for alpha, costs := range t.costs {
			if p <= alpha {
				costs[i] = n
			}
		}
	}
}
