package external

import (
	"slices"
	"strings"
	"testing"
)

// followed returns what is passed on and remembered of a text on standard error.
func followed(text string) (shown string, last []string) {
	var b strings.Builder
	t := &tail{to: &b, prefix: "> ", done: make(chan struct{})}
	t.follow(strings.NewReader(text))
	return b.String(), t.last()
}

// TestOwnLine: of a traceback of Python the line that names the user's own file is remembered,
// however deep in a library it ends.
func TestOwnLine(t *testing.T) {
	own := `  File "/home/me/sampler.py", line 3, in <module>`
	deep := strings.Repeat("  File \"/usr/lib/python3.11/site-packages/torch/nn.py\", line 7, in f\n    g()\n", 6)
	frozen := "  File \"<frozen importlib._bootstrap>\", line 1176, in _find_and_load\n"
	_, last := followed("loading\nTraceback (most recent call last):\n" + own + "\n    import torch\n" + frozen + deep + "ImportError: libcuda.so\n")
	if len(last) != tailLines+1 || last[0] != own || last[tailLines] != "ImportError: libcuda.so" {
		t.Errorf("remembered %q", last)
	}
	// Not where it is among the last lines anyway, nor of an earlier traceback.
	_, last = followed("Traceback (most recent call last):\n" + own + "\nEOFError\n")
	if !slices.Equal(last, []string{"Traceback (most recent call last):", own, "EOFError"}) {
		t.Errorf("remembered %q", last)
	}
	_, last = followed("Traceback (most recent call last):\n" + own + "\nEOFError\nTraceback (most recent call last):\n" + deep + "OSError\n")
	if len(last) != tailLines {
		t.Errorf("remembered %q", last)
	}
}

// TestPassedOn: what is passed on is harmless, a bar of progress is its last state, and a line
// without an end is a line.
func TestPassedOn(t *testing.T) {
	shown, last := followed("a\x1b[2J\n\n 0%\r50%\r\r\n\u202eb\r\nc")
	if want := "> a\\x1b[2J\n> \n> 50%\n> \\u202eb\n> c\n"; shown != want {
		t.Errorf("%q, want %q", shown, want)
	}
	if want := []string{"a\x1b[2J", "50%", "\u202eb", "c"}; !slices.Equal(last, want) {
		t.Errorf("remembered %q, want %q", last, want)
	}
}
