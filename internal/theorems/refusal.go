package theorems

import (
	"fmt"
	"math"

	"assay/internal/relu"
	"assay/props/problems/hard"
	"assay/reduction"
)

// unsuitable are dials with which an instance is not well modelled.
var unsuitable = []string{"R=10,eps=1", "R=3,eps=0.4", "R=10,eps=0.4,encoding=vertex"}

// refusal checks that Definition 1.1 fails where it must: with unsuitable dials a certificate is
// refused, and rightly so. On an instance small enough to be enumerated the claim that the
// local rule errs by at most d^-C is rejected, at 1e-9, at one of five levels.
func refusal(r *run) (Result, error) { return refusalOf(r, unsuitable) }

// rightly is the level at which an error is said to be above d^-C.
const rightly = 1e-9

func refusalOf(r *run, settings []string) (Result, error) {
	const C, large, small = 4, "goldreich:n=64,m=64", "goldreich:n=8,m=8"
	result := Result{
		Quantity: "settings refused, and rightly so", Relation: AtLeast, Bound: float64(len(settings)),
		Detail: fmt.Sprintf("refused on %s for C = %d, and by enumeration of %s not within d^-C at 1e-9", large, C, small),
	}
	noticed := 0.0
	for i, dials := range settings {
		in, _, err := hard.Parse(large + "," + dials)
		if err != nil {
			return Result{}, err
		}
		verdict, refused := refusedAt(in, C)
		pair, err := newRules(small + "," + dials)
		if err != nil {
			return Result{}, err
		}
		target := math.Pow(float64(pair.local.Dim()), -C)
		var worst scoreCell
		var ps []float64
		var cells []scoreCell
		for k, s := range []float64{0.3, 1, 3, 5, 7} {
			cell := scoreCell{rules: pair, sigma: s, bound: target}
			p, err := cell.measure(r.of(300, 3000), r.stream("refusal", 5*i+k))
			if err != nil {
				return Result{}, err
			}
			cells = append(cells, cell)
			if ps = append(ps, p); cell.error > worst.error {
				worst = cell
			}
		}
		// The largest target that these draws show not to be met.
		above := noticedFactor(func(f float64) bool { return !refutes(cells, 1/f, rightly) })
		noticed = max(noticed, worst.error/(target*above))
		word := "within"
		if combined(ps) < rightly {
			word = "above"
			if refused {
				result.Measured++
			}
		}
		result.Notes = append(result.Notes, fmt.Sprintf("%s: %s; %.2g by enumeration, %s d^-4 = %.2g (n = m = 8)", dials, verdict, worst.error, word, target))
	}
	result.WouldNotice = fmt.Sprintf("a setting that is certified, or whose error by enumeration is less than %.2g times d^-%d", noticed, C)
	result.Holds = result.Measured >= result.Bound
	result.P, result.Certain = certain(result.Holds), true
	return result, nil
}

// refusedAt looks for a level at which no certificate is given, and says where the bound is
// largest.
func refusedAt(in *reduction.Instance, C float64) (verdict string, refused bool) {
	at, worst := 0.0, 0.0
	for s := 0.05; s < 20; s *= 1.2 {
		sigma := s / in.Dials().R
		if _, err := relu.Certify(in, sigma, C); err == nil {
			continue
		}
		refused = true
		if bound := in.ScoreBound(sigma); bound > worst {
			at, worst = sigma, bound
		}
	}
	if !refused {
		return "certified", false
	}
	return fmt.Sprintf("refused, the bound is %.2g at sigma = %.2g", worst, at), true
}
