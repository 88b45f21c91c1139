package theorems

import "testing"

// TestStreamsOfARun: streams of another purpose, number or seed are others. (Two are the same by chance
// with probability 1e-19.)
func TestStreamsOfARun(t *testing.T) {
	first := map[uint64]string{}
	for name, v := range map[string]uint64{
		"base":    newRun(t, 0).stream("orthant", 0).Uint64(),
		"purpose": newRun(t, 0).stream("score", 0).Uint64(),
		"number":  newRun(t, 0).stream("orthant", 1).Uint64(),
		"seed":    newRun(t, 1).stream("orthant", 0).Uint64(),
	} {
		if other, seen := first[v]; seen {
			t.Errorf("%s and %s have one stream", name, other)
		}
		first[v] = name
	}
}
