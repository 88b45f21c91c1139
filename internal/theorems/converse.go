package theorems

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"assay/internal/inverter"
	"assay/props"
	"assay/props/problems"
	"assay/props/problems/hard"
	"assay/reduction"
	"assay/spec"
)

// converse checks the other direction of the reduction, which the paper does not state: uniform preimages of the parities
// read off y are draws of the posterior, up to misread bits. For small functions, at noise
// that misreads, the total variation between the laws of the secret, by direct summation, has
// mean 1 - (1 - misread)^m over y, exactly: given y, the secrets whose parities are those
// read are equally likely, so that the distance is the probability of all others, and its
// mean that of a misread. And the samplers that inverters make are judged, like
// any other, and not rejected.
func converse(r *run) (Result, error) {
	sat, err := inverter.Parse("sat")
	if err != nil {
		return Result{}, err
	}
	oracles := []spec.Sampler{inverter.Sampler(inverter.Enumerate()), inverter.Sampler(sat)}
	return converseBy(r, oracles, func(in *reduction.Instance) float64 {
		return -math.Expm1(float64(in.Function().M) * math.Log1p(-in.Misread()))
	})
}

func converseBy(r *run, oracles []spec.Sampler, distance func(in *reduction.Instance) float64) (Result, error) {
	measurements := r.of(300, 10000)
	var ps []float64
	var sum, expected float64
	number, noticed := 0, math.Inf(1)
	for _, f := range []string{"goldreich:n=7,m=6", "twotoone:n=6", "mq:n=6,m=6", "linear:n=6,m=3"} {
		for _, beta := range []float64{0.06, 0.1, 0.2} {
			in, _, err := hard.Parse(fmt.Sprintf("%s,beta=%v", f, beta))
			if err != nil {
				return Result{}, err
			}
			rng := r.stream("converse", number)
			number++
			all := newImages(in)
			heads := 0
			for range measurements {
				tv := all.oracleDistance(in, in.Target(in.RandomImage(rng), rng))
				sum += tv
				if rng.Float64() < tv { // a coin for the mean of tv; see orthantWithin
					heads++
				}
			}
			mean := distance(in)
			ps = append(ps, equal(heads, measurements, mean))
			expected += mean * float64(measurements)
			noticed = min(noticed, noticedShift(measurements, mean, r.alpha/24)) // 12 instances, half of alpha
			if err := r.ctx.Err(); err != nil {
				return Result{}, err
			}
		}
	}
	verdicts, seen, accepted, err := judgeOracles(r, oracles)
	if err != nil {
		return Result{}, err
	}
	p := combined(ps)
	return Result{
		Quantity: "mean total variation of secrets",
		Measured: sum / float64(measurements*number), Relation: Equals, Bound: expected / float64(measurements*number),
		P: p, Holds: p > r.left() && accepted,
		WouldNotice: fmt.Sprintf("a mean that is wrong by %.2g; %s", noticed, seen),
		Detail:      fmt.Sprintf("%d instances x %d measurements; as posterior samplers: %s", number, measurements, strings.Join(verdicts, ", ")),
	}, nil
}

// oracleDistance returns the total variation between the law of the secret given y (scaled)
// and a uniform preimage of the parities read off it: 1 if they have none.
func (all images) oracleDistance(in *reduction.Instance, y []float64) float64 {
	d := in.Dials()
	unscaled := make([]float64, len(y))
	for j, v := range y {
		unscaled[j] = v * d.R
	}
	read := in.Decode(y)
	uniform, count := make([]float64, len(all)), 0.0
	for s, z := range all {
		if slices.Equal(z, read) {
			uniform[s] = 1
			count++
		}
	}
	if count == 0 {
		return 1
	}
	for s := range uniform {
		uniform[s] /= count
	}
	return min(1, totalVariation(all.secretLaw(d.Eps, d.Beta, unscaled, nil), uniform))
}

// judgeOracles judges the samplers on small instances of many and of few preimages.
func judgeOracles(r *run, oracles []spec.Sampler) (verdicts []string, seen string, accepted bool, err error) {
	var on []*spec.Problem
	for _, name := range []string{"hard:twotoone:n=6", "hard:goldreich:n=6,m=3"} {
		problem, err := problems.Parse(name)
		if err != nil {
			return nil, "", false, err
		}
		on = append(on, problem)
	}
	accepted = true
	for _, oracle := range oracles {
		v, err := r.judge(oracle, on, props.Alpha(r.alpha/2/float64(len(oracles))), props.Calls(r.of(100, 1000)))
		if err != nil {
			return nil, "", false, err
		}
		accepted, seen = accepted && v.Outcome == props.NotRejected, judgedNotice(v)
		verdicts = append(verdicts, fmt.Sprintf("%s %s after %d calls", oracle.Name(), v.Outcome, v.Calls))
	}
	return verdicts, seen, accepted, nil
}
