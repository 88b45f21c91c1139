package oneway

import (
	"math/rand/v2"
	"slices"

	"assay/internal/catalogue"
	"assay/internal/circuit"
)

// predicate is the local function of Goldreich's construction, of a few bits.
type predicate struct {
	name    string
	arity   int
	circuit func(b *circuit.Builder, x circuit.Word) circuit.Lit
	plain   func(x []bool) bool
}

var predicates = []predicate{
	{ // Mossel, Shpilka and Trevisan 2003
		"p5", 5,
		func(b *circuit.Builder, x circuit.Word) circuit.Lit {
			return b.Xor(b.Xor(b.Xor(x[0], x[1]), x[2]), b.And(x[3], x[4]))
		},
		func(x []bool) bool { return parity(x[0], x[1], x[2], x[3] && x[4]) },
	},
	{ // the tri-sum-product-and predicate: x1 + x2 + x3 + (x2 + x4)(x3 + x5)
		"tspa", 5,
		func(b *circuit.Builder, x circuit.Word) circuit.Lit {
			return b.Xor(b.Xor(b.Xor(x[0], x[1]), x[2]), b.And(b.Xor(x[1], x[3]), b.Xor(x[2], x[4])))
		},
		func(x []bool) bool {
			return parity(x[0], x[1], x[2], x[1] != x[3] && x[2] != x[4])
		},
	},
	{ // XOR of five bits and the majority of five others (Applebaum and Lovett 2016)
		"xormaj", 10,
		func(b *circuit.Builder, x circuit.Word) circuit.Lit {
			// The five bits sum to s + 2 (c + d): at least 3 if two of the three are set.
			s, c := b.FullAdd(x[5], x[6], x[7])
			s, d := b.FullAdd(s, x[8], x[9])
			sum := b.Maj(s, c, d)
			for _, l := range x[:5] {
				sum = b.Xor(sum, l)
			}
			return sum
		},
		func(x []bool) bool {
			votes := 0
			for _, v := range x[5:] {
				if v {
					votes++
				}
			}
			return parity(append([]bool{votes >= 3}, x[:5]...)...)
		},
	},
}

// goldreich is the function of Goldreich ("Candidate one-way functions based on
// expander graphs", 2000): output j is the predicate of the inputs of hyperedge j,
// which are distinct and in random order.
func goldreich(a *catalogue.Args) definition {
	n := a.Int("n", 32, 1, 1<<16)
	m := a.Int("m", n, 1, 1<<16)
	var names []string
	for _, p := range predicates {
		names = append(names, p.name)
	}
	name := a.Choice("pred", names[0], names...)
	rng := seeded(a, "goldreich")
	var p predicate
	for _, q := range predicates {
		if q.name == name {
			p = q
		}
	}
	if n < p.arity {
		a.Fail("n=%d: predicate %s reads %d inputs, want n at least %d", n, p.name, p.arity, p.arity)
		return definition{}
	}
	edges := make([][]int, m)
	for j := range edges {
		edges[j] = sample(n, p.arity, rng)
	}
	return definition{
		n: n, m: m,
		circuit: func(b *circuit.Builder, x circuit.Word) circuit.Word {
			var out circuit.Word
			for _, edge := range edges {
				out = append(out, p.circuit(b, pick(x, edge)))
			}
			return out
		},
		reference: func(x []bool) []bool {
			var out []bool
			for _, edge := range edges {
				out = append(out, p.plain(pick(x, edge)))
			}
			return out
		},
	}
}

// pick returns the entries of x at the given places.
func pick[S ~[]E, E any](x S, at []int) S {
	out := make(S, len(at))
	for k, i := range at {
		out[k] = x[i]
	}
	return out
}

// sample returns k distinct integers below n in random order, by Floyd's
// algorithm and a shuffle.
func sample(n, k int, rng *rand.Rand) []int {
	var chosen []int
	for j := n - k; j < n; j++ {
		i := rng.IntN(j + 1)
		if slices.Contains(chosen, i) {
			i = j
		}
		chosen = append(chosen, i)
	}
	rng.Shuffle(k, func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	return chosen
}
