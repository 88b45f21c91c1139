package run

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/internal/identity"
	"assay/samplers"
)

var testKey = []identity.Part{{Name: "candidate", Value: "exact"}, {Name: "command", Value: "./exact"}, {Name: "variable TOKEN", Value: "hunter2", Secret: true}}

// is returns what a journal asks for its key.
func is(key []identity.Part) func() ([]identity.Part, error) {
	return func() ([]identity.Part, error) { return key, nil }
}

// opened opens a journal of the test key, which is closed at the end, and what it says.
func opened(t *testing.T, path string) (*Journal, *[]string) {
	t.Helper()
	var said []string
	j, err := openJournal(path, is(testKey), func(words string) { said = append(said, words) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j, &said
}

// answered makes calls through a journal, and returns what came of them.
func answered(t *testing.T, j *Journal, calls []Call) (answers []*mat.Dense) {
	t.Helper()
	for _, c := range calls {
		a := Journalled(InProcess(samplers.Exact()), j).Answer(t.Context(), c)
		if a.Fault != nil {
			t.Fatal(a.Fault)
		}
		answers = append(answers, a.Draws)
	}
	return answers
}

// journalOf writes a journal of n answers, and returns its content, the calls and the answers.
func journalOf(t *testing.T, path string, n int) (content []byte, calls []Call, answers []*mat.Dense) {
	t.Helper()
	p := gauss(t)
	for i := range n {
		calls = append(calls, callOn(p, uint64(i)))
	}
	j, _ := opened(t, path)
	answers = answered(t, j, calls)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content, calls, answers
}

// recalled opens a journal with the given content and returns how many of the calls it answers, all
// of which must be answered as they were.
func recalled(t *testing.T, path string, content []byte, calls []Call, want []*mat.Dense) (n int, err error) {
	t.Helper()
	_ = os.Remove(path) // some file systems wait for the disk when a file is written over
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	j, err := openJournal(path, is(testKey), nil)
	if err != nil {
		if after, _ := os.ReadFile(path); !bytes.Equal(after, content) {
			t.Errorf("%v, and the file was changed", err)
		}
		return 0, err
	}
	defer j.Close()
	for i, c := range calls {
		answer, ok := j.recall(c)
		if !ok {
			continue
		}
		if n++; !mat.Equal(answer.Draws, want[i]) {
			t.Errorf("call %d is answered by %v, it was %v", i, answer.Draws, want[i])
		}
	}
	return n, nil
}

// TestJournalFlips: whichever byte of a journal is changed, it is refused, or says nothing else: an
// end of line that is none any more is that of a line cut short.
func TestJournalFlips(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	content, calls, answers := journalOf(t, path, 4)
	rng := rand.New(rand.NewPCG(1, 2))
	for at := range content {
		flipped := bytes.Clone(content)
		flipped[at] ^= byte(1 + rng.IntN(255))
		n, err := recalled(t, path, flipped, calls, answers)
		line := 1 + bytes.Count(content[:at], []byte("\n"))
		switch {
		case err == nil && (at < len(content)-1 || n != len(calls)-1):
			t.Errorf("byte %d of %d is changed, and nothing said of it; %d answers are left", at, len(content), n)
		case err != nil && !strings.Contains(err.Error(), fmt.Sprintf("journal:%d:", line)):
			t.Errorf("byte %d, in line %d, is changed: %v", at, line, err)
		}
	}
	if n, err := recalled(t, path, content, calls, answers); n != len(calls) || err != nil {
		t.Errorf("unchanged, it knows %d answers, %v", n, err)
	}
}

// TestJournalCutShort: a journal that was cut anywhere, as when the process was killed or the power
// failed, holds the answers of its whole lines, says where it was cut, and is gone on with as if
// nothing was. Zeros may stand for what was not written.
func TestJournalCutShort(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	content, calls, answers := journalOf(t, path, 3)
	for size := range content {
		whole := max(0, bytes.Count(content[:size], []byte("\n"))-1)
		for _, zeros := range []int{0, 5} {
			if zeros > 0 && size < len(headStart) {
				continue // may be somebody else's file
			}
			short := append(bytes.Clone(content[:size]), make([]byte, zeros)...)
			if n, err := recalled(t, path, short, calls, answers); n != whole || err != nil {
				t.Fatalf("cut at byte %d, with %d zeros: %d answers, %v; want %d", size, zeros, n, err, whole)
			}
		}
		if size%50 > 0 {
			continue
		}
		_ = os.Remove(path)
		if err := os.WriteFile(path, content[:size], 0o666); err != nil {
			t.Fatal(err)
		}
		j, said := opened(t, path)
		if cut := size > 0 && content[size-1] != '\n'; cut != (len(*said) > 0 && strings.Contains((*said)[0], "was cut short")) {
			t.Errorf("cut at byte %d, it says %q", size, *said)
		}
		sound := int64(bytes.LastIndexByte(content[:size], '\n') + 1)
		if info, err := os.Stat(path); err != nil || sound > 0 && info.Size() != sound {
			t.Errorf("cut at byte %d, %d bytes are left, %v; want %d", size, info.Size(), err, sound)
		}
		answered(t, j, calls)
		j.Close()
		if again, err := os.ReadFile(path); err != nil || size > bytes.IndexByte(content, '\n') && !bytes.Equal(again, content) {
			t.Errorf("cut at byte %d and gone on with, it holds\n%s\n%v, and held\n%s", size, again, err, content)
		}
	}
}

// TestJournalLines: lines that are left out, put in, moved or of another journal are found, with the
// place; only what is missing at the end is as if the process had been killed before.
func TestJournalLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	content, calls, answers := journalOf(t, path, 5)
	other, _, _ := journalOf(t, path+"2", 5)
	lines, others := bytes.SplitAfter(content, []byte("\n"))[:6], bytes.SplitAfter(other, []byte("\n"))[:6]
	for _, c := range []struct {
		what  string
		lines [][]byte
		wrong int
	}{
		{"none", lines, 0},
		{"the last left out", lines[:5], 0},
		{"the third left out", append(slices.Clone(lines[:2]), lines[3:]...), 3},
		{"the head left out", lines[1:], 1},
		{"two swapped", [][]byte{lines[0], lines[2], lines[1], lines[3]}, 2},
		{"one twice", [][]byte{lines[0], lines[1], lines[1], lines[2]}, 3},
		{"one of another journal", [][]byte{lines[0], lines[1], others[2]}, 3},
		{"the head of another journal", append([][]byte{others[0]}, lines[1:]...), 2},
		{"a letter", [][]byte{lines[0], []byte("Dear Sir or Madam\n")}, 2},
		{"a letter without an end", [][]byte{lines[0], lines[1], []byte("Dear Sir or Madam")}, 3},
	} {
		n, err := recalled(t, path, bytes.Join(c.lines, nil), calls, answers)
		if c.wrong == 0 && (err != nil || n != len(c.lines)-1) {
			t.Errorf("%s: %d answers, %v", c.what, n, err)
		}
		if c.wrong > 0 && (err == nil || !strings.Contains(err.Error(), fmt.Sprintf("journal:%d:", c.wrong)) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%s: %v, want line %d named", c.what, err, c.wrong)
		}
	}
	// What the message says would be right is.
	broken := bytes.Clone(content)
	sound := len(lines[0]) + len(lines[1])
	broken[sound+20]++
	if _, err := recalled(t, path, broken, calls, answers); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("the %d bytes before that are sound", sound)) {
		t.Errorf("%v, want %d sound bytes", err, sound)
	}
	if n, err := recalled(t, path, broken[:sound], calls, answers); n != 1 || err != nil {
		t.Errorf("cut there: %d answers, %v", n, err)
	}
}

// TestOtherFiles: what is no journal, or one of an older assay, is refused in one line and left
// alone; an empty file becomes one.
func TestOtherFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other")
	for content, want := range map[string]string{
		"{\"call\":\"exact seed=0\",\"draws\":[1]}\n":            "another version of assay",
		"{\"call\":\"exact se":                                   "another version of assay",
		"{\"call\":{\"sampler\":\"exact\",\"role\":\"c\"":        "another version of assay",
		"{\"journal\":\"assay journal 3\",\"salt\":\"00\"}\n":    "another version of assay",
		"Dear Sir or Madam\n":                                    "no journal",
		"\n":                                                     "no journal",
		"\x00\x00\x00":                                           "no journal",
		headStart + "\"salt\":\"\",\"key\":[],\"sum\":\"00\"}\n": "damaged",
	} {
		_, err := recalled(t, path, []byte(content), nil, nil)
		if err == nil || !strings.Contains(err.Error(), "other:1") || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %s", content, err, want)
		}
	}
	if _, err := recalled(t, path, nil, nil, nil); err != nil {
		t.Errorf("an empty file: %v", err)
	}
	folder := t.TempDir()
	for _, dir := range []string{folder, filepath.Join(folder, "link")} {
		if dir != folder {
			if err := os.Symlink(folder, dir); err != nil {
				t.Skip(err)
			}
		}
		if _, err := openJournal(dir, is(testKey), nil); err == nil || !strings.Contains(err.Error(), "is a folder") {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

// TestJournalOfAnotherKey: a part that is another, new or gone is named, secrets without their
// value, which does not stand in the file either.
func TestJournalOfAnotherKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	content, _, _ := journalOf(t, path, 1)
	if bytes.Contains(content, []byte("hunter2")) || !bytes.Contains(content, []byte("variable TOKEN")) {
		t.Errorf("a secret stands in the journal, or its name does not:\n%s", content)
	}
	with := func(i int, value string) []identity.Part {
		key := slices.Clone(testKey)
		key[i].Value = value
		return key
	}
	long := strings.Repeat("x", 1000)
	for _, c := range []struct {
		key  []identity.Part
		want string
	}{
		{testKey, ""},
		{with(0, "pigdm"), "candidate was exact and is pigdm;"},
		{with(1, "./exact\x1b[2J\u202e"), `command was ./exact and is "./exact\x1b[2J\u202e";`},
		{with(1, "./exact"+long), "command was ./exact and is ./exact" + long[:mostShown-7] + "...;"},
		{with(1, ""), `command was ./exact and is "";`},
		{with(1, strings.Repeat("0a", 32)), "command was ./exact and is 0a0a0a0a0a0a...;"},
		{with(2, "hunter3"), "variable TOKEN has another value;"},
		{testKey[1:], "candidate is there no more: it was exact;"},
		{testKey[:2], "variable TOKEN is there no more;"},
		{append(slices.Clone(testKey), identity.Part{Name: "file a.py", Value: "sha256 1"}), "file a.py is new: sha256 1;"},
		{nil, "and 1 more parts differ"}, // of 3, the first 3 are named
	} {
		if c.key == nil {
			c.key = []identity.Part{{Name: "a"}}
		}
		j, err := openJournal(path, is(c.key), nil)
		if err == nil {
			j.Close()
		}
		if (err == nil) != (c.want == "") || err != nil && (!strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter") || strings.ContainsAny(err.Error(), "\n\x1b\u202e")) {
			t.Errorf("%v: %v, want %q", c.key, err, c.want)
		}
	}
	a, b := fromDifference(long+"a", long+"b")
	if a == b || len(a) > 40 {
		t.Errorf("two long texts are shown as %s and %s", a, b)
	}
	if _, err := openJournal(path+"2", is([]identity.Part{{Name: "a"}, {Name: "a"}}), nil); err == nil {
		t.Error("two parts of one name are no mistake")
	}
	if _, err := openJournal(path+"2", func() ([]identity.Part, error) { return nil, errors.New("gone") }, nil); err == nil || err.Error() != "gone" {
		t.Errorf("a key that there is none of: %v", err)
	}
}

// TestJournalOfNoUTF8: a key that is no UTF-8 is the same the next time.
func TestJournalOfNoUTF8(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	for _, name := range []string{"\xff.py", "\xff.py", "\xfe.py"} {
		j, err := openJournal(path, is([]identity.Part{{Name: "command", Value: name}}), nil)
		if (err == nil) != (name == "\xff.py") {
			t.Errorf("%q: %v", name, err)
		}
		if err == nil {
			j.Close()
		}
	}
}

// TestJournalChanged: if what is judged changed meanwhile, the verdict is warned of it, and the
// journal keeps what it had before, as the answers since may be of either.
func TestJournalChanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	content, calls, _ := journalOf(t, path, 2)
	for name, now := range map[string]func() ([]identity.Part, error){
		"has another value": is([]identity.Part{testKey[0], testKey[1], {Name: "variable TOKEN", Value: "2", Secret: true}}),
		"was deleted":       func() ([]identity.Part, error) { return nil, errors.New("file a.py was deleted") },
	} {
		j, _ := opened(t, path)
		j.of = now
		answered(t, j, append(calls, callOn(gauss(t), 7)))
		if warning := j.Settle(); !strings.Contains(warning, name) || strings.Contains(warning, "\n") {
			t.Errorf("warned %q, want %s", warning, name)
		}
		answered(t, j, append(calls, callOn(gauss(t), 8)))
		j.Close()
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, content) {
			t.Errorf("the file holds\n%s, %v, and held\n%s", after, err, content)
		}
	}
}

// TestJournalOfAnotherSize: an answer that is not of the size asked for is none.
func TestJournalOfAnotherSize(t *testing.T) {
	j, _ := opened(t, filepath.Join(t.TempDir(), "journal"))
	c := callOn(gauss(t), 0)
	j.remember(c, Answer{Draws: mat.NewDense(2, 2, nil)})
	if a, ok := j.recall(c); ok {
		t.Errorf("two draws answer a call for three: %v", a)
	}
	want := answered(t, j, []Call{c})
	if a, ok := j.recall(c); !ok || !mat.Equal(a.Draws, want[0]) {
		t.Errorf("the answer that is one is %v, %v", a, ok)
	}
}

// TestJournalForgetsFaults: what went wrong once is asked for again.
func TestJournalForgetsFaults(t *testing.T) {
	j, _ := opened(t, filepath.Join(t.TempDir(), "journal"))
	c := callOn(gauss(t), 0)
	if a := Journalled(InProcess(samplers.Exact()), j).Answer(t.Context(), Call{Digest: "00", Draws: 1}); a.Fault == nil {
		t.Error("a problem that nobody knows is answered")
	}
	if j.end != j.begun {
		t.Error("a fault is remembered")
	}
	if answered(t, j, []Call{c}); j.end == j.begun {
		t.Error("an answer is not")
	}
}

// TestJournalTwice: nobody else can have the journal until it is closed.
func TestJournalTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, _ := opened(t, path)
	if _, err := openJournal(path, is(testKey), nil); !errors.Is(err, errLocked) || strings.Contains(err.Error(), "\n") {
		t.Errorf("a second time: %v", err)
	}
	answered(t, j, []Call{callOn(gauss(t), 0)})
	if err := errors.Join(j.Close(), j.Close()); err != nil {
		t.Error(err)
	}
	again, said := opened(t, path)
	if len(again.places) != 1 || len(*said) != 1 || !strings.Contains((*said)[0], "holds 1 answers") {
		t.Errorf("once it is closed it has %d answers and says %q", len(again.places), *said)
	}
	answered(t, j, []Call{callOn(gauss(t), 1)}) // which nobody remembers
	if again.end != j.end {
		t.Error("a journal that is closed is written to")
	}
}

// faulty is a file on a disk that is full or fails.
type faulty struct {
	storage
	room                   int64 // bytes that fit
	write, read, sync, cut error
}

func (f *faulty) WriteAt(b []byte, at int64) (int, error) {
	if at+int64(len(b)) <= f.room {
		return f.storage.WriteAt(b, at)
	}
	n, _ := f.storage.WriteAt(b[:max(0, f.room-at)], at)
	return n, f.write
}

func (f *faulty) ReadAt(b []byte, at int64) (int, error) {
	if f.read != nil {
		return 0, f.read
	}
	return f.storage.ReadAt(b, at)
}

func (f *faulty) Sync() error { return f.sync }

func (f *faulty) Truncate(size int64) error {
	if f.cut != nil {
		return f.cut
	}
	return f.storage.Truncate(size)
}

// TestJournalOnABadDisk: where the disk is full, at every byte, or fails, calls are answered all the same,
// one warning says what happened, and what is in the file is good for the next run.
func TestJournalOnABadDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	content, calls, answers := journalOf(t, path, 3)
	full, dead := errors.New("no space left on device"), errors.New("input/output error")
	try := func(what string, f *faulty, left int) {
		t.Helper()
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		f.storage = file
		var said []string
		j := newJournal(path, f, is(testKey), func(words string) { said = append(said, words) })
		if err := j.read(0, testKey); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for range 2 {
			for i, got := range answered(t, j, calls) {
				if !mat.Equal(got, answers[i]) {
					t.Errorf("%s: call %d is answered by %v", what, i, got)
				}
			}
		}
		warning := j.Settle()
		if again := j.Settle(); again != warning || len(said) != 1 || said[0] != warning || !strings.Contains(warning, "failed") {
			t.Errorf("%s: warned %q, then %q, said %q", what, warning, again, said)
		}
		if err := j.Close(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		after, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		n, err := recalled(t, path, after, calls, answers)
		if f.sync != nil && n < left { // syncing goes on beside the answers, and ends what is remembered whenever it fails
			left = n
		}
		if err != nil || n != left {
			t.Errorf("%s: the next run has %d answers, %v; want %d", what, n, err, left)
		}
	}
	for room := range content {
		f := &faulty{room: int64(room), write: full}
		if room%2 > 0 {
			f.cut = dead
		}
		try(fmt.Sprintf("room for %d bytes", room), f, max(0, bytes.Count(content[:room], []byte("\n"))-1))
	}
	try("syncing", &faulty{room: 1 << 20, sync: dead}, 3)
	try("reading", &faulty{room: 1 << 20, read: dead}, 3)
}

// TestJournalUnmade: where there is no room for the name of a file calls are answered too.
func TestJournalUnmade(t *testing.T) {
	var said []string
	j, err := unmade("there", testKey, is(testKey), func(words string) { said = append(said, words) }, errors.New("no space left on device"))
	if err != nil {
		t.Fatal(err)
	}
	answered(t, j, []Call{callOn(gauss(t), 0), callOn(gauss(t), 0)})
	if warning := j.Settle(); len(said) != 1 || said[0] != warning || !strings.HasPrefix(warning, "making the journal there failed (no space left on device)") {
		t.Errorf("warned %q, said %q", warning, said)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

// TestJournalScribbled: lines that somebody else, who does not ask for the lock, changes meanwhile are
// no answers.
func TestJournalScribbled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, _ := opened(t, path)
	calls := []Call{callOn(gauss(t), 0), callOn(gauss(t), 1)}
	want := answered(t, j, calls)
	if _, err := j.file.WriteAt([]byte("9"), j.end-100); err != nil {
		t.Fatal(err)
	}
	got := answered(t, j, calls)
	if !mat.Equal(got[0], want[0]) || !mat.Equal(got[1], want[1]) || !strings.Contains(j.Settle(), "changed by somebody else") {
		t.Errorf("answered %v, were %v; warned %q", got, want, j.Settle())
	}
}

// TestJournalSyncs: what is written is on the disk after a while without more, and at once if asked
// for.
func TestJournalSyncs(t *testing.T) {
	j, _ := opened(t, filepath.Join(t.TempDir(), "journal"))
	waits := func() bool {
		j.mu.Lock()
		defer j.mu.Unlock()
		return j.timer != nil
	}
	answered(t, j, []Call{callOn(gauss(t), 0)}) // the first at once, as no syncing was just before
	for start := time.Now(); waits(); time.Sleep(time.Millisecond) {
		if time.Since(start) > time.Minute {
			t.Fatal("nothing is synced")
		}
	}
	answered(t, j, []Call{callOn(gauss(t), 1)})
	if !waits() {
		t.Error("two syncings follow each other at once, or the second was forgotten")
	}
	if j.Settle(); waits() {
		t.Error("a journal that is settled is not synced")
	}
}

// BenchmarkJournal is a call of a sampler that takes no time, without a journal, with one, and with
// one that waits for the disk each time.
func BenchmarkJournal(b *testing.B) {
	p := gauss(&testing.T{})
	ask := func(b *testing.B, r Runner, after func()) {
		for i := range b.N {
			r.Answer(b.Context(), callOn(p, uint64(i)))
			after()
		}
	}
	for _, each := range []bool{false, true} {
		b.Run(fmt.Sprintf("synced=%v", each), func(b *testing.B) {
			start := time.Now()
			ask(b, InProcess(samplers.Exact()), func() {})
			without := time.Since(start)
			j, err := openJournal(filepath.Join(b.TempDir(), "journal"), is(testKey), nil)
			if err != nil {
				b.Fatal(err)
			}
			defer j.Close()
			b.ResetTimer()
			start = time.Now()
			ask(b, Journalled(InProcess(samplers.Exact()), j), func() {
				if each {
					j.syncNow()
				}
			})
			j.Settle()
			b.ReportMetric(float64(time.Since(start))/float64(without), "times-without")
		})
	}
}
