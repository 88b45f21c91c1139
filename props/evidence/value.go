package evidence

import "math"

// valueBets is the second group: for each witness, bets on the value of the truth
// against the values of the pool, phi = (T - median)/s clipped to +-4, by
// g = exp(lambda phi). It needs fewer calls than ranks do on errors of spread.
type valueBets struct {
	deviation []float64 // for each witness, the sum over past calls of mean |T - median|
	past      float64
}

// valueExponents are the lambdas, doubling from valueStep, of either sign.
const (
	valueStep    = 0.05
	valueDoubles = 7
	valueExperts = 2 * valueDoubles
	valueClip    = 4
	valueSpread  = 1.25 // a normal deviation is 1.25 mean absolute deviations
)

func newValueBets(witnesses int) *valueBets {
	return &valueBets{deviation: make([]float64, witnesses)}
}

// standardise stores phi of witness k in dst, from its values on one pool whose
// median and mean absolute deviation from it are given. The scale may use this
// pool beside the past ones, as both are symmetric in its members.
func (b *valueBets) standardise(dst, values []float64, k int, median, deviation float64) {
	scale := valueSpread * (b.deviation[k] + deviation) / (b.past + 1)
	for i, v := range values {
		phi := (v - median) / scale
		if !(phi > -valueClip) { // also NaN: no spread at all
			phi = -valueClip
		}
		dst[i] = min(phi, valueClip)
	}
	if !(scale > 0) || math.IsInf(scale, 1) {
		clear(dst)
	}
}

// add adds weight times the factors exp(lambda phi_0) / mean_l exp(lambda phi_l)
// of the experts of one witness to dst; phi[truth] is that of the truth.
func (b *valueBets) add(dst, phi []float64, truth int, weight float64) {
	var sums [valueExperts]float64
	var truths [valueExperts]float64
	for i, v := range phi {
		up := math.Exp(valueStep * v)
		down := 1 / up
		for e := range valueDoubles {
			sums[2*e] += up
			sums[2*e+1] += down
			if i == truth {
				truths[2*e], truths[2*e+1] = up, down
			}
			up *= up
			down *= down
		}
	}
	n := float64(len(phi))
	for e := range valueExperts {
		dst[e] += weight * n * truths[e] / sums[e]
	}
}

// storeValueSpans stores, for the experts of one witness, the difference between the
// largest and the smallest factor on a pool of the given size, in dst: all of phi lie
// within +-valueClip.
func storeValueSpans(dst []float64, members int) {
	for e := range valueDoubles {
		dst[2*e] = softmaxSpan(2*valueClip*valueStep*math.Exp2(float64(e)), members)
		dst[2*e+1] = dst[2*e]
	}
}

// softmaxSpan returns the largest less the smallest value of n softmax(t)[0] over
// t in R^n whose entries differ by at most width.
func softmaxSpan(width float64, n int) float64 {
	others := float64(n - 1)
	return float64(n) * (1/(1+others*math.Exp(-width)) - 1/(1+others*math.Exp(width)))
}

// learn adds the deviation of one call to the scale of witness k.
func (b *valueBets) learn(k int, deviation float64) { b.deviation[k] += deviation }
