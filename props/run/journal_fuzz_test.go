package run

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// FuzzJournal: no file is a panic, one that is refused is left alone, and one that is taken is
// taken again.
func FuzzJournal(f *testing.F) {
	path := filepath.Join(f.TempDir(), "journal")
	j, err := openJournal(path, is(testKey), nil)
	if err != nil {
		f.Fatal(err)
	}
	c := Call{Sampler: "exact", Role: "candidate", Digest: "00", Draws: 1, Y: []float64{1}}
	j.remember(c, Answer{Draws: mat.NewDense(1, 2, []float64{1, -0.5})})
	if err := j.Close(); err != nil {
		f.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{nil, content, content[:len(content)-9], bytes.Repeat(content, 2), []byte(`{"call":{"sampler":"exact"}}`), []byte(headStart + `"salt":"0"}`)} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, content []byte, sealed bool) {
		if sealed {
			content = resealed(content)
		}
		path := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
		j, err := openJournal(path, is(testKey), nil)
		if err != nil {
			if after, _ := os.ReadFile(path); !bytes.Equal(after, content) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("%v; the file holds %q", err, after)
			}
			return
		}
		n := len(j.places)
		_, _ = j.recall(c)
		j.Close()
		if j, err = openJournal(path, is(testKey), nil); err != nil || len(j.places) != n {
			t.Fatalf("taken once, with %d answers, and then not: %v", n, err)
		}
		j.Close()
	})
}

// resealed returns lines each with the sum that it should have.
func resealed(content []byte) (lines []byte) {
	var s sum
	for line := range bytes.Lines(content) {
		line, _, _ = bytes.Cut(line, []byte(sumStart))
		lines = append(lines, s.sealed(append(bytes.TrimSuffix(line, []byte("\n")), '}'))...)
	}
	return lines
}
