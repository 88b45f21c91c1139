package inverter

import (
	"context"
	"flag"
	"testing"
	"time"

	"assay/internal/circuit"
	"assay/reduction/oneway"
)

var slow = flag.Bool("slow", false, "also invert what takes a solver half a minute")

// TestFullSize inverts two functions of cryptography, reduced: 17 rounds of SHA-256 of
// a whole block, and Speck32/64 with all but 16 bits of its key known, within two
// minutes by every solver that is there.
func TestFullSize(t *testing.T) {
	for _, test := range []struct {
		function string
		slow     bool
	}{
		{"sha256:rounds=17", false},
		{"speck32:unknown=16", true},
	} {
		t.Run(test.function, func(t *testing.T) {
			if test.slow && !*slow {
				t.Skip("takes each solver up to half a minute: ask for it with -slow")
			}
			f, err := oneway.Parse(test.function)
			if err != nil {
				t.Fatal(err)
			}
			z := f.Reference(circuit.RandomBits(f.N, newRand(21)))
			invert := func(t *testing.T, inverter Inverter) {
				ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
				defer cancel()
				start := time.Now()
				x, work, err := inverter.Invert(ctx, f.Circuit, z, newRand(22))
				if err != nil {
					t.Fatal(err)
				}
				if err := checkPreimage(f.Circuit, z, x); err != nil || work.Conflicts == 0 {
					t.Errorf("work %+v, error %v", work, err)
				}
				t.Logf("%v, %d conflicts", time.Since(start).Round(time.Millisecond), work.Conflicts)
			}
			t.Run(gophersatName, func(t *testing.T) { invert(t, &sat{gophersat{}, minCell}) })
			forEachProgram(t, invert)
		})
	}
}
