package stats

// Level returns the level at which the i-th judgement, i = 1, 2, ..., of an endless
// sequence is made, so that all of them together spend alpha: alpha/(i(i+1)), as
// 1/(i(i+1)) = 1/i - 1/(i+1), so that the first n sum to alpha n/(n+1). What the i-th
// judgement is about may depend on the outcome of those before it, as long as its
// randomness is its own.
func Level(alpha float64, i int) float64 { return alpha / (float64(i) * float64(i+1)) }
