package tally_test

import (
	"context"
	"maps"
	"math"
	"strings"
	"sync"
	"testing"

	"assay/internal/tally"
	"assay/spec"
)

// TestSpend: amounts add up, from several goroutines too; what is none is an error of the call that
// does not stay.
func TestSpend(t *testing.T) {
	spec.Spend(t.Context(), "proposals", 1) // of which nobody keeps an account
	counted := new(tally.Tally)
	ctx, cancel := context.WithCancel(counted.In(t.Context()))
	defer cancel()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 100 {
				spec.Spend(ctx, "proposals", 2)
			}
		})
	}
	group.Wait()
	spec.Spend(ctx, "dollars", 0.25)
	if spent, err := counted.Take(); err != nil || !maps.Equal(spent, map[string]float64{"proposals": 1600, "dollars": 0.25}) {
		t.Errorf("counted %v, %v", spent, err)
	}
	for _, one := range []struct {
		name   string
		amount float64
		want   string
	}{
		{"dollars", -1, "-1 dollars were spent"}, {"dollars", math.NaN(), "NaN dollars"}, {"dollars", math.Inf(1), "+Inf dollars"},
		{"", 1, `1 of something without a name was spent; want a name such as "points denoised"`},
	} {
		spec.Spend(ctx, one.name, one.amount)
		if spent, err := counted.Take(); err == nil || spent != nil || !strings.HasPrefix(err.Error(), one.want) {
			t.Errorf("%v, %v, want %q", spent, err, one.want)
		}
	}
	if spent, err := counted.Take(); spent != nil || err != nil {
		t.Errorf("%v, %v after all was taken", spent, err)
	}
}
