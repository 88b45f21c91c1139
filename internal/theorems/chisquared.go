package theorems

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// chiSquared returns the two-sided p-value of a sum of squares of n independent standard
// normal numbers.
func chiSquared(sum float64, n int) float64 {
	k := float64(n) / 2
	return min(1, 2*min(mathext.GammaIncReg(k, sum/2), mathext.GammaIncRegComp(k, sum/2)))
}

// deviationNoticed returns the factor above 1 by which the deviation of n normal numbers
// has to be off for [chiSquared] to notice it nine times in ten at the given p-value, in whichever
// direction takes more.
func deviationNoticed(n int, p float64) float64 {
	k := float64(n) / 2
	low, high := mathext.GammaIncRegInv(k, p/2), mathext.GammaIncRegCompInv(k, p/2)
	wider := math.Sqrt(high / mathext.GammaIncRegInv(k, 0.1))
	narrower := math.Sqrt(mathext.GammaIncRegCompInv(k, 0.1) / low)
	return max(wider, narrower)
}
