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

// TestParts has a part that fails by itself: it needs the one before.
func TestParts(t *testing.T) {
	sum := 0
	t.Run("first", func(t *testing.T) { sum = Sum(4) })
	t.Run("second", func(t *testing.T) {
		if sum != 10 {
			t.Errorf("1 + 2 + 3 + 4 = %d", sum)
		}
	})
}

// TestBroken fails, with a fault or without, where it is told to.
func TestBroken(t *testing.T) {
	if os.Getenv("PLANTED_BROKEN") != "" {
		t.Error("broken")
	}
}
