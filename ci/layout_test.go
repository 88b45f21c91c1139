package ci

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// imports are packages that are known.
type imports map[string]*types.Package

func (known imports) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if pkg := known[path]; pkg != nil {
		return pkg, nil
	}
	return nil, fmt.Errorf("no package %s", path)
}

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
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedImports | packages.NeedExportFile,
		Dir:  "..", Env: append(os.Environ(), "GOOS=linux", "GOARCH=amd64"),
	}, "./internal/circuit")
	if err != nil {
		t.Fatal(err)
	}
	compiled := imports{}
	for _, pkg := range loaded[0].Types.Imports() {
		compiled[pkg.Path()] = pkg
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
		var files []*ast.File
		fset := loaded[0].Fset
		for _, file := range loaded[0].Syntax {
			if fset.File(file.FileStart).Name() == path {
				if file, err = parser.ParseFile(fset, path, edited, parser.SkipObjectResolution); err != nil {
					t.Fatal(err)
				}
			}
			files = append(files, file)
		}
		var faults []error
		check := types.Config{Importer: compiled, Sizes: types.SizesFor("gc", "amd64"), Error: func(err error) { faults = append(faults, err) }}
		check.Check(loaded[0].PkgPath, fset, files, nil)
		if refused := strings.Contains(fmt.Sprint(faults), "machine_amd64.go"); refused != planted || !planted && faults != nil {
			t.Errorf("with %q for %q: errors %v", change.to, change.from, faults)
		}
	}
}
