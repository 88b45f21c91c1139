package external

// charges are the rows that a program asks for while it works on some calls, by call and by what they
// are of.
type charges struct {
	of    []map[string]float64
	named bool // a callback said that it is for another call than the first
}

// add charges rows to a call, to the first if there is none of that number. What a program asks for
// while it works on none is nobody's.
func (c *charges) add(call int, name string, rows int) {
	if len(c.of) == 0 {
		return
	}
	if call <= 0 || call >= len(c.of) {
		call = 0
	}
	c.named = c.named || call > 0
	if c.of[call] == nil {
		c.of[call] = map[string]float64{}
	}
	c.of[call][name] += float64(rows)
}

// settle hands out the charges to the calls. A program that works on all calls of a batch at a time
// does not say for which it asks: each then has its share, so that what calls take does not
// depend on how they were put together.
func (c *charges) settle(calls []*call) {
	for i, one := range calls {
		one.spent = c.of[i]
		if c.named || len(calls) == 1 {
			continue
		}
		one.spent = map[string]float64{}
		for name, rows := range c.of[0] {
			one.spent[name] = rows / float64(len(calls))
		}
	}
}
