package spec

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// TestStreamGolden pins the streams: a change of it changes every verdict that
// anyone has published with a seed.
func TestStreamGolden(t *testing.T) {
	if got, want := Stream(1, "truth", []byte{2, 3}, 4).Uint64(), uint64(0x19f0cb3feb4c9dd0); got != want {
		t.Errorf("first number of the stream is %#x, want %#x", got, want)
	}
}

// TestStreamsDiffer: arguments that would run together without their lengths name
// different streams. Two of 64 bits agree by chance with probability 1e-18.
func TestStreamsDiffer(t *testing.T) {
	first := map[uint64]string{}
	for name, rng := range map[string]*rand.Rand{
		"base":      Stream(0, "ab", []byte("c"), 0),
		"moved":     Stream(0, "a", []byte("bc"), 0),
		"root":      Stream(1, "ab", []byte("c"), 0),
		"replicate": Stream(0, "ab", []byte("c"), 1),
		"no digest": Stream(0, "abc", nil, 0),
		"split":     Split(Stream(0, "ab", []byte("c"), 0)),
	} {
		v := rng.Uint64()
		if other, seen := first[v]; seen {
			t.Errorf("streams %q and %q are the same", name, other)
		}
		first[v] = name
	}
	if Stream(0, "ab", nil, 0).Uint64() != Stream(0, "ab", nil, 0).Uint64() {
		t.Error("the same arguments give different streams")
	}
}

// TestSplitTakesAKey: a split stream has all of the 256 bits of its key from the next four numbers,
// so that streams split from one another do not meet.
func TestSplitTakesAKey(t *testing.T) {
	parent, copied := Stream(5, "split", nil, 0), Stream(5, "split", nil, 0)
	var key [32]byte
	for i := range 4 {
		binary.LittleEndian.PutUint64(key[8*i:], copied.Uint64())
	}
	if got, want := Split(parent).Uint64(), rand.New(rand.NewChaCha8(key)).Uint64(); got != want {
		t.Errorf("first number %#x, want %#x", got, want)
	}
	if parent.Uint64() != copied.Uint64() {
		t.Error("the parent does not go on with the fifth number")
	}
}

// TestKeyIsText: a key survives its text, and opens the stream of its arguments; what is not a key
// is refused.
func TestKeyIsText(t *testing.T) {
	want := StreamKey(1, "truth", []byte{2, 3}, 4)
	text, err := want.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var key Key
	if err := key.UnmarshalText(text); err != nil || key != want {
		t.Errorf("%s is read as %x, %v", text, key, err)
	}
	if a, b := key.Stream().Uint64(), Stream(1, "truth", []byte{2, 3}, 4).Uint64(); a != b {
		t.Errorf("the key opens %#x, its arguments %#x", a, b)
	}
	for _, wrong := range []string{"", "00", string(text) + "00", string(text[1:]) + "g"} {
		if err := key.UnmarshalText([]byte(wrong)); err == nil || key != want {
			t.Errorf("%q passes for a key", wrong)
		}
	}
}
