package oneway

import (
	"math/big"

	"assay/internal/catalogue"
	"assay/internal/circuit"
)

// multiplication maps two integers, of ceil(n/2) and floor(n/2) bits, to their
// product of n bits. To invert it is to factor.
func multiplication(a *catalogue.Args) definition {
	n := a.Int("n", 32, 2, 512)
	half := (n + 1) / 2
	return definition{
		n: n, m: n,
		circuit: func(b *circuit.Builder, x circuit.Word) circuit.Word {
			return b.Mul(x[:half], x[half:])
		},
		reference: func(x []bool) []bool {
			product := new(big.Int).Mul(bigInt(x[:half]), bigInt(x[half:]))
			return bigBits(product, n)
		},
	}
}

// subsetSum maps n bits to the sum mod 2^m of those of n public weights whose bits
// are set (Impagliazzo and Naor 1996). The weights are uniform in [0, 2^m).
func subsetSum(a *catalogue.Args) definition {
	n := a.Int("n", 32, 1, 512)
	m := a.Int("m", n, 1, 512)
	rng := seeded(a, "subsetsum")
	weights := make([][]bool, n)
	for i := range weights {
		weights[i] = circuit.RandomBits(m, rng)
	}
	return definition{
		n: n, m: m,
		circuit: func(b *circuit.Builder, x circuit.Word) circuit.Word {
			columns := make([][]circuit.Lit, m)
			for i, weight := range weights {
				for j, set := range weight {
					if set {
						columns[j] = append(columns[j], x[i])
					}
				}
			}
			return b.Sum(columns)
		},
		reference: func(x []bool) []bool {
			sum := new(big.Int)
			for i, weight := range weights {
				if x[i] {
					sum.Add(sum, bigInt(weight))
				}
			}
			return bigBits(sum, m)
		},
	}
}

func bigInt(bits []bool) *big.Int {
	v := new(big.Int)
	for i, b := range bits {
		if b {
			v.SetBit(v, i, 1)
		}
	}
	return v
}

// bigBits returns the n low bits of v.
func bigBits(v *big.Int, n int) []bool {
	bits := make([]bool, n)
	for i := range bits {
		bits[i] = v.Bit(i) == 1
	}
	return bits
}

// integerRoot returns the integer part of 2^32 times the k-th root of p.
func integerRoot(p uint64, k int) uint64 {
	scaled := new(big.Int).Lsh(new(big.Int).SetUint64(p), uint(32*k))
	var root uint64
	for bit := uint64(1) << 36; bit > 0; bit >>= 1 {
		candidate := new(big.Int).SetUint64(root | bit)
		if candidate.Exp(candidate, big.NewInt(int64(k)), nil).Cmp(scaled) <= 0 {
			root |= bit
		}
	}
	return root
}
