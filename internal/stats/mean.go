package stats

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// LogMean returns the logarithm of the mean of exp(log(0)), ..., exp(log(n-1)): a mean of
// wealths.
func LogMean(n int, log func(i int) float64) float64 {
	logs := make([]float64, n)
	for i := range logs {
		logs[i] = log(i)
	}
	return floats.LogSumExp(logs) - math.Log(float64(n))
}
