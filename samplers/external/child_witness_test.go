//go:build unix

package external_test

import (
	"math"
	"os"
	"strings"
	"time"
)

// offers returns the names of the witnesses that a child offers in its hello.
func (c *child) offers() []string {
	switch c.mode {
	case "witness nameless":
		return []string{"sum", ""}
	case "witness namesakes":
		return []string{"sum", "sum"}
	case "witness of two lines":
		return []string{"a\nb"}
	}
	if strings.HasPrefix(c.mode, "witness") {
		return []string{"sum", "first times y"}
	}
	return nil
}

// witness answers with two witnesses, the sum of x and x[0] y[0], as the mode says.
func (c *child) witness(m message) {
	n, d := m.Params.X.Shape[0], m.Params.X.Shape[1]
	x, y := m.Params.X.numbers(), m.Params.Y.numbers()
	values := make([]float64, 2*n)
	for i := range n {
		for _, v := range x[i*d : (i+1)*d] {
			values[i] += v
		}
		values[n+i] = x[i*d] * y[0]
	}
	answer := func(values any) { c.reply(m, map[string]any{"values": values}) }
	switch c.mode {
	case "witness crash":
		os.Exit(3)
	case "witness hang":
		time.Sleep(time.Hour)
	case "witness exception":
		c.refuse(m, 2, "ValueError: x is odd")
	case "witness refusal":
		c.refuse(m, 1, "not of this x")
	case "witness unknown":
		c.refuse(m, -32601, "no such method: witness")
	case "witness none":
		c.reply(m, struct{}{})
	case "witness nan":
		for i := range values {
			values[i] = math.NaN()
		}
		answer(pack(values, 2, n))
	case "witness some nan":
		values[0], values[n] = math.NaN(), math.Inf(1)
		answer(pack(values, 2, n))
	case "witness short":
		answer(pack(values[:2*(n-1)], 2, n-1))
	case "witness transposed":
		answer(pack(values, n, 2))
	case "witness of another name": // a value too many for the names in hello
		answer(pack(append(values, values[:n]...), 3, n))
	case "witness liar": // the shape says more than there is
		answer(pack(values[:1], 2, n))
	case "witness strings":
		answer([]string{"1", "2"})
	case "witness string data":
		answer(map[string]any{"dtype": "<f8", "shape": []int{2, n}, "data": "one, two"})
	case "witness floats":
		answer(wire{"<f4", []int{2, n}, make([]byte, 8*n)})
	case "witness of its neighbours":
		for i := range n {
			values[i] += float64(n)
		}
		answer(pack(values, 2, n))
	default:
		answer(pack(values, 2, n))
	}
}
