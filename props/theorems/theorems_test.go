package theorems

import (
	"testing"
	"time"
)

func TestStatements(t *testing.T) {
	for _, s := range List() {
		t.Run(s.Name, func(t *testing.T) {
			start := time.Now()
			r, err := s.Check(t.Context(), 0, Quick)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%v %s: %.4g %s %.4g margin %.3g p %.3g\n%s", time.Since(start).Round(time.Millisecond), r.Quantity, r.Measured, r.Relation, r.Bound, r.Margin(), r.P, r.Detail)
			if !r.Holds {
				t.Error("does not hold")
			}
		})
	}
}
