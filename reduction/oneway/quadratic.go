package oneway

import (
	"assay/internal/catalogue"
	"assay/internal/circuit"
)

// quadratic is a system of m random quadratic polynomials in n variables over
// GF(2) ("MQ"), every coefficient a fair bit.
func quadratic(a *catalogue.Args) definition {
	n := a.Int("n", 32, 1, 128)
	m := a.Int("m", n, 1, 256)
	rng := seeded(a, "mq")
	// Row k holds the coefficients of x_i x_j for j < i, in the order of i then j,
	// those of x_i, and the constant.
	rows := make([][]bool, m)
	for k := range rows {
		rows[k] = circuit.RandomBits(n*(n-1)/2+n+1, rng)
	}
	return definition{
		n: n, m: m,
		circuit: func(b *circuit.Builder, x circuit.Word) circuit.Word {
			var monomials circuit.Word
			for i := range n {
				for j := range i {
					monomials = append(monomials, b.And(x[i], x[j]))
				}
			}
			monomials = append(append(monomials, x...), circuit.True)
			return b.Linear(rows, monomials)
		},
		reference: func(x []bool) []bool {
			out := make([]bool, m)
			for k, row := range rows {
				at := 0
				for i := range n {
					for j := range i {
						out[k] = out[k] != (row[at] && x[i] && x[j])
						at++
					}
				}
				for i := range n {
					out[k] = out[k] != (row[at] && x[i])
					at++
				}
				out[k] = out[k] != row[at]
			}
			return out
		},
	}
}
