package relu

import "slices"

// Affine is an affine expression over the nodes of one [Builder]. It costs no unit: a
// unit or an output reads it, whatever layers its nodes are in. The zero value is 0.
type Affine struct {
	bias  float64
	terms []term // by increasing node, no weight zero
}

type term struct {
	node   int32
	weight float64
}

// Number returns the constant v.
func Number(v float64) Affine { return Affine{bias: v} }

// Times returns w times a.
func (a Affine) Times(w float64) Affine { return Sum(Scaled{w, a}) }

// Plus returns a + b.
func (a Affine) Plus(b Affine) Affine { return Sum(Scaled{1, a}, Scaled{1, b}) }

// Minus returns a - b.
func (a Affine) Minus(b Affine) Affine { return Sum(Scaled{1, a}, Scaled{-1, b}) }

// Scaled is a summand of [Sum].
type Scaled struct {
	Weight float64
	Of     Affine
}

// Sum returns the weighted sum of expressions.
func Sum(parts ...Scaled) Affine {
	var sum Affine
	for _, p := range parts {
		sum.bias += p.Weight * p.Of.bias
		for _, t := range p.Of.terms {
			sum.terms = append(sum.terms, term{t.node, p.Weight * t.weight})
		}
	}
	slices.SortStableFunc(sum.terms, func(s, t term) int { return int(s.node) - int(t.node) })
	merged := sum.terms[:0]
	for _, t := range sum.terms {
		if last := len(merged) - 1; last >= 0 && merged[last].node == t.node {
			merged[last].weight += t.weight
		} else {
			merged = append(merged, t)
		}
	}
	sum.terms = slices.DeleteFunc(merged, func(t term) bool { return t.weight == 0 })
	return sum
}

// total returns the sum of expressions.
func total(parts []Affine) Affine {
	scaled := make([]Scaled, len(parts))
	for i, p := range parts {
		scaled[i] = Scaled{1, p}
	}
	return Sum(scaled...)
}
