package digest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestFile: a file is named by its content, and one that is too long to be read by its size and the time of
// its last change. The digest is the published one of "abc".
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("abc"), 0o666); err != nil {
		t.Fatal(err)
	}
	const abc = "sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	if got, err := File(path, 3); err != nil || got != abc {
		t.Errorf("%s, %v; want %s", got, err, abc)
	}
	long, err := File(path, 2)
	if err != nil || !strings.HasPrefix(long, "3 bytes of ") {
		t.Errorf("too long, it is %s, %v", long, err)
	}
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got, err := File(path, 2); err != nil || got == long {
		t.Errorf("changed, it is %s still, %v", got, err)
	}
	if got, err := File(path+"2", 3); err == nil {
		t.Errorf("a file that is not there is %s", got)
	}
}
