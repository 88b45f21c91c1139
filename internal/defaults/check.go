package defaults

import (
	"fmt"
	"time"
)

// CheckAlpha returns an error unless alpha can bound the probability of a mistake.
func CheckAlpha(alpha float64) error {
	if !(alpha > 0 && alpha < 1) {
		return fmt.Errorf("alpha is %v, want a probability above 0 and below 1", alpha)
	}
	return nil
}

// CheckCount returns an error if there are none of what must be there.
func CheckCount(what string, n int) error {
	if n < 1 {
		return fmt.Errorf("%s is %d, want at least 1", what, n)
	}
	return nil
}

// CheckLimit returns an error if a time limit is negative; 0 is none.
func CheckLimit(limit time.Duration) error {
	if limit < 0 {
		return fmt.Errorf("time limit is %v, want a positive duration", limit)
	}
	return nil
}
