package external

import (
	"maps"
	"testing"

	"assay/internal/tally"
)

// TestCharges: rows are charged to the call that a callback names, and shared evenly by the calls of a
// batch if none is named.
func TestCharges(t *testing.T) {
	type costs = map[string]float64
	const name = tally.PointsDenoised
	for what, test := range map[string]struct {
		asked []int // the calls that the callbacks name, of ten rows each
		want  []costs
	}{
		"one call":                  {[]int{0, 0}, []costs{{name: 20}}},
		"one call, and another's":   {[]int{0, 3, -1}, []costs{{name: 30}}},
		"each for itself":           {[]int{0, 1, 1, 2}, []costs{{name: 10}, {name: 20}, {name: 10}}},
		"one that asks for nothing": {[]int{1}, []costs{nil, {name: 10}}},
		"all together":              {[]int{0, 0}, []costs{{name: 5}, {name: 5}, {name: 5}, {name: 5}}},
		"nothing":                   {nil, []costs{nil, nil}},
	} {
		c := charges{of: make([]map[string]float64, len(test.want))}
		for _, call := range test.asked {
			c.add(call, name, 10)
		}
		calls := make([]*call, len(test.want))
		for i := range calls {
			calls[i] = new(call)
		}
		c.settle(calls)
		for i, one := range calls {
			if !maps.Equal(one.spent, test.want[i]) {
				t.Errorf("%s: call %d is charged %v, want %v", what, i, one.spent, test.want[i])
			}
		}
	}
	new(charges).add(0, name, 1) // by a program that nobody asked anything
}
