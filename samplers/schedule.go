package samplers

import (
	"math"
	"slices"
)

// karras returns the noise levels of Karras et al. 2022, equation 5, with their
// rho = 7: steps deviations from sigmaMax down to sigmaMin, equally spaced in
// sigma^(1/7), and then 0. One step goes from sigmaMax to 0.
func karras(sigmaMax, sigmaMin float64, steps int) []float64 {
	const rho = 7
	levels := make([]float64, steps+1)
	top, bottom := math.Pow(sigmaMax, 1./rho), math.Pow(sigmaMin, 1./rho)
	for i := range steps {
		share := float64(i) / float64(max(steps-1, 1))
		levels[i] = math.Pow((1-share)*top+share*bottom, rho)
	}
	return levels
}

// level is a noise level of a diffusion: x_t = signal x0 + noise n. signal is 1 where the
// variance explodes; where it is preserved, signal^2 + noise^2 = 1, and the field writes
// alpha-bar for signal^2.
type level struct {
	signal, noise float64
}

// sigma returns the deviation of the noise on x_t / signal = x0 + sigma n.
func (l level) sigma() float64 { return l.noise / l.signal }

// varianceExploding returns the levels x0 + sigma n.
func varianceExploding(sigmas []float64) []level {
	levels := make([]level, len(sigmas))
	for i, sigma := range sigmas {
		levels[i] = level{signal: 1, noise: sigma}
	}
	return levels
}

// variancePreserving returns steps+1 levels, from no noise at index 0 to the
// end of the DDPM schedule of Ho et al. 2020, whose 1,000 betas grow linearly from
// 1e-4 to 0.02. 1,000 steps are that schedule itself. Other numbers of steps are
// equally spaced in its time, log alpha-bar being linear between its steps, so that
// the beta of a step stays below 1 however few there are (multiplying the betas by
// 1000/steps, the usual way, breaks below 20 steps).
func variancePreserving(steps int) []level {
	const (
		full    = 1000
		betaMin = 1e-4
		betaMax = 0.02
	)
	var logAlphaBar [full + 1]float64
	for k := range full {
		beta := betaMin + (betaMax-betaMin)*float64(k)/(full-1)
		logAlphaBar[k+1] = logAlphaBar[k] + math.Log1p(-beta)
	}
	levels := make([]level, steps+1)
	for i := range levels {
		whole, rest := i*full/steps, float64(i*full%steps)/float64(steps)
		l := logAlphaBar[whole]
		if rest > 0 {
			l += rest * (logAlphaBar[whole+1] - l)
		}
		levels[i] = level{signal: math.Exp(l / 2), noise: math.Sqrt(-math.Expm1(l))}
	}
	return levels
}

// downwards returns the levels of a variance-preserving diffusion from the noisiest down.
func downwards(steps int) []level {
	levels := variancePreserving(steps)
	slices.Reverse(levels)
	return levels
}

// ddim returns the rule of DDIM (Song et al. 2021, equation 12), with eta times the noise of
// the exact bridge between x0 and x_t: eta = 1 is the ancestral step of DDPM, eta = 0 is
// deterministic.
func ddim(eta float64) rule {
	return func(t, s level) (keep, deviation float64) {
		ratio := t.signal / s.signal
		deviation = eta * s.noise / t.noise * math.Sqrt((1-ratio)*(1+ratio))
		keep = math.Sqrt(max(0, (s.noise-deviation)*(s.noise+deviation))) / t.noise
		return keep, deviation
	}
}
