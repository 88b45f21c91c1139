package props_test

import (
	"testing"

	"assay/samplers"
)

// TestDefaults: without options a judgement is what the comments of Alpha, Calls and Draws say.
func TestDefaults(t *testing.T) {
	v := judge(t, samplers.Prior(), named(t, "gauss:d=2,m=2,beta=0.1"))
	if v.Alpha != 1e-6 || v.DrawsACall != 3 || v.Budget != 2000 || v.Seed != 0 {
		t.Errorf("alpha %v, %d draws, %d calls, seed %d; want 1e-6, 3, 2000 and 0", v.Alpha, v.DrawsACall, v.Budget, v.Seed)
	}
}
