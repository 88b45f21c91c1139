package relu

import (
	"fmt"
	"slices"
)

// lanes is the number of rows that go through the network together, so that a weight is
// read once for all of them.
const lanes = 32

// float is a format that networks compute in.
type float interface{ float32 | float64 }

// Forward returns the outputs of the network for each row of x, whose length is the
// number of inputs, computed in the format F: weights are rounded to it. It panics if
// a row has another length.
func Forward[F float](n *Network, x [][]F) [][]F {
	m := &n.memory
	values := make([][lanes]F, m.places)
	results := make([][]F, len(x))
	var sum [lanes]F
	for start := 0; start < len(x); start += lanes {
		block := x[start:min(start+lanes, len(x))]
		for row, point := range block {
			if len(point) != n.inputs {
				panic(fmt.Sprintf("relu: row %d has %d numbers, want %d", start+row, len(point), n.inputs))
			}
			for i, v := range point {
				values[m.place[i]][row] = v
			}
			results[start+row] = make([]F, len(n.outputs))
		}
		done := 0 // outputs
		for node := n.inputs - 1; ; node++ {
			for ; done < len(m.outputs) && m.after[done] == node; done++ {
				j := m.outputs[done]
				evaluate(&sum, &n.outputs[j], values, m.place)
				for row := range block {
					results[start+row][j] = sum[row]
				}
			}
			i := node + 1 - n.inputs
			if i == len(n.units) {
				break
			}
			if n.mirrored[i] {
				evaluate(&sum, &n.units[i], values, m.place)
				node++
				u, mirror := &values[m.place[node]], &values[m.place[node+1]]
				for lane, v := range sum {
					u[lane], mirror[lane] = max(v, 0), max(-v, 0)
				}
				continue
			}
			u := &values[m.place[node+1]]
			evaluate(u, &n.units[i], values, m.place)
			for lane, v := range u {
				u[lane] = max(v, 0)
			}
		}
	}
	return results
}

// mirrors returns which units are followed by their own negation, as in an exclusive or: one sum
// is enough for both, since it is rounded alike.
func mirrors(units []affine) []bool {
	mirrored := make([]bool, len(units))
	for i := 0; i+1 < len(units); i++ {
		a, b := units[i], units[i+1]
		if a.bias == -b.bias && slices.EqualFunc(a.terms, b.terms, func(s, t term) bool { return s.node == t.node && s.weight == -t.weight }) {
			mirrored[i] = true
			i++ // a pair, and no third
		}
	}
	return mirrored
}

// evaluate stores an expression in dst, for all lanes. Most expressions have at most four terms,
// and go through memory once.
func evaluate[F float](dst *[lanes]F, a *affine, values [][lanes]F, place []int32) {
	terms, bias := a.terms, F(a.bias)
	switch len(terms) {
	case 1:
		w, v := read[F](terms[0], values, place)
		for lane := range dst {
			dst[lane] = w*v[lane] + bias
		}
	case 2:
		w0, v0 := read[F](terms[0], values, place)
		w1, v1 := read[F](terms[1], values, place)
		for lane := range dst {
			dst[lane] = w0*v0[lane] + w1*v1[lane] + bias
		}
	case 3:
		w0, v0 := read[F](terms[0], values, place)
		w1, v1 := read[F](terms[1], values, place)
		w2, v2 := read[F](terms[2], values, place)
		for lane := range dst {
			dst[lane] = w0*v0[lane] + w1*v1[lane] + w2*v2[lane] + bias
		}
	case 4:
		w0, v0 := read[F](terms[0], values, place)
		w1, v1 := read[F](terms[1], values, place)
		w2, v2 := read[F](terms[2], values, place)
		w3, v3 := read[F](terms[3], values, place)
		for lane := range dst {
			dst[lane] = w0*v0[lane] + w1*v1[lane] + w2*v2[lane] + w3*v3[lane] + bias
		}
	default:
		var sum [lanes]F
		for _, t := range terms {
			w, v := read[F](t, values, place)
			for lane := range sum {
				sum[lane] += w * v[lane]
			}
		}
		for lane := range dst {
			dst[lane] = sum[lane] + bias
		}
	}
}

// read returns the weight of a wire in the format F, and what it reads.
func read[F float](t term, values [][lanes]F, place []int32) (weight F, value *[lanes]F) {
	return F(t.weight), &values[place[t.node]]
}
