package relu

import "slices"

// affine is an affine expression over the nodes of one builder. It costs no unit: a
// unit or an output reads it directly, whichever layers its nodes are in. The zero
// value is 0.
type affine struct {
	bias  float64
	terms []term // by increasing node, no weight zero
}

type term struct {
	node   int32
	weight float64
}

// number returns the constant v.
func number(v float64) affine { return affine{bias: v} }

// Times returns w times a.
func (a affine) Times(w float64) affine { return sum(scaledAffine{w, a}) }

// Plus returns a + b.
func (a affine) Plus(b affine) affine { return sum(scaledAffine{1, a}, scaledAffine{1, b}) }

// Minus returns a - b.
func (a affine) Minus(b affine) affine { return sum(scaledAffine{1, a}, scaledAffine{-1, b}) }

// scaledAffine is a summand of sum.
type scaledAffine struct {
	Weight float64
	Of     affine
}

// sum returns the weighted sum of expressions.
func sum(parts ...scaledAffine) affine {
	var sum affine
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
func total(parts []affine) affine {
	scaled := make([]scaledAffine, len(parts))
	for i, p := range parts {
		scaled[i] = scaledAffine{1, p}
	}
	return sum(scaled...)
}
