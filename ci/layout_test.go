package ci

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// TestKernelLayout: the types that the assembler of the circuits reads compile as they are,
// and not with a field more, a wider one, or two of them swapped.
func TestKernelLayout(t *testing.T) {
	path, err := filepath.Abs("../internal/circuit/program.go")
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []struct{ from, to string }{
		{"", ""},
		{"struct{ dst, a, b, c uint32 }", "struct{ dst, a, b, c, d uint32 }"},
		{"struct{ dst, a, b, c uint32 }", "struct{ a, dst, b, c uint32 }"},
		{"struct{ dst, a, b, c uint32 }", "struct{ dst, a, c, b uint32 }"},
		{"type opcode uint32", "type opcode uint64"},
		{"\top    opcode\n\tcount uint32\n", "\tcount uint32\n\top    opcode\n"},
	} {
		planted := change.to != change.from
		edited := bytes.Replace(content, []byte(change.from), []byte(change.to), 1)
		if planted && bytes.Equal(edited, content) {
			t.Fatalf("%s does not say %q any more", path, change.from)
		}
		loaded, err := packages.Load(&packages.Config{
			Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesSizes |
				packages.NeedImports | packages.NeedDeps | packages.NeedExportFile,
			Dir: "..", Env: append(os.Environ(), "GOOS=linux", "GOARCH=amd64"), Overlay: map[string][]byte{path: edited},
		}, "./internal/circuit")
		if err != nil {
			t.Fatal(err)
		}
		faults := fmt.Sprint(loaded[0].Errors)
		if refused := strings.Contains(faults, "machine_amd64.go"); refused != planted || !planted && faults != "[]" {
			t.Errorf("with %q for %q: errors %s", change.to, change.from, faults)
		}
	}
}
