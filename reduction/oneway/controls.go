package oneway

import (
	"assay/internal/catalogue"
	"assay/internal/circuit"
)

// maxControl is the largest number of inputs or outputs of a control.
const maxControl = 4096

// identity is f(x) = x.
func identity(a *catalogue.Args) definition {
	n := a.Int("n", 16, 1, maxControl)
	return definition{
		n: n, m: n,
		circuit:   func(_ *circuit.Builder, x circuit.Word) circuit.Word { return x },
		reference: func(x []bool) []bool { return append([]bool(nil), x...) },
	}
}

// linear is multiplication by an m x n matrix of fair bits over GF(2). Linear
// algebra inverts it.
func linear(a *catalogue.Args) definition {
	n := a.Int("n", 16, 1, 1024)
	m := a.Int("m", n, 1, 1024)
	rng := seeded(a, "linear")
	matrix := make([][]bool, m)
	for i := range matrix {
		matrix[i] = circuit.RandomBits(n, rng)
	}
	return definition{
		n: n, m: m,
		circuit: func(b *circuit.Builder, x circuit.Word) circuit.Word { return b.Linear(matrix, x) },
		reference: func(x []bool) []bool {
			out := make([]bool, m)
			for i, row := range matrix {
				for j, v := range row {
					out[i] = out[i] != (v && x[j])
				}
			}
			return out
		},
	}
}

// constant ignores its input; every input is a preimage of its one value.
func constant(a *catalogue.Args) definition {
	n := a.Int("n", 16, 1, maxControl)
	m := a.Int("m", n, 1, maxControl)
	rng := seeded(a, "constant")
	value := circuit.RandomBits(m, rng)
	return definition{
		n: n, m: m,
		circuit:   func(*circuit.Builder, circuit.Word) circuit.Word { return constants(value) },
		reference: func([]bool) []bool { return append([]bool(nil), value...) },
	}
}

// twoToOne has f(x) = f(x + s) for a random s that is not zero and no other
// collision: of x and x + s the one is taken whose bit p, the first of s, is zero,
// that bit is dropped, and the n-1 bits y that remain go through the permutation
// y_i + y_i+1 y_i+2. Back substitution inverts it.
func twoToOne(a *catalogue.Args) definition {
	n := a.Int("n", 16, 2, maxControl)
	rng := seeded(a, "twotoone")
	s := circuit.RandomBits(n, rng)
	pivot := 0
	for pivot < n && !s[pivot] {
		pivot++
	}
	if pivot == n { // all zero: with probability 2^-n
		pivot = n - 1
		s[pivot] = true
	}
	return definition{
		n: n, m: n - 1,
		circuit: func(b *circuit.Builder, x circuit.Word) circuit.Word {
			var y circuit.Word
			for i, l := range x {
				if i != pivot {
					y = append(y, b.Xor(l, b.And(x[pivot], circuit.Const(s[i]))))
				}
			}
			out := append(circuit.Word(nil), y...)
			for i := range len(y) - 2 {
				out[i] = b.Xor(y[i], b.And(y[i+1], y[i+2]))
			}
			return out
		},
		reference: func(x []bool) []bool {
			// The permutation works from its end towards its start, in place.
			y := append([]bool(nil), x...)
			if x[pivot] {
				for i := range y {
					y[i] = x[i] != s[i]
				}
			}
			y = append(y[:pivot], y[pivot+1:]...)
			for i := 0; i+2 < len(y); i++ {
				if y[i+1] && y[i+2] {
					y[i] = !y[i]
				}
			}
			return y
		},
	}
}
