package planted

import (
	"os"
	"testing"
)

func TestNothing(t *testing.T) {}

func TestSum(t *testing.T) {
	if got := Sum(4); got != 10 {
		t.Errorf("1 + 2 + 3 + 4 = %d", got)
	}
}

// TestBroken fails, with a fault or without, where it is told to.
func TestBroken(t *testing.T) {
	if os.Getenv("PLANTED_BROKEN") != "" {
		t.Error("broken")
	}
}
