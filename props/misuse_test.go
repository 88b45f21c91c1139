package props_test

import (
	"bytes"
	"fmt"
	"go/types"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// TestMisusesDoNotCompile: of testdata/misuse, where every option of the package is given to every
// door, the lines compile that give an option to a door that honours it, and no others.
func TestMisusesDoNotCompile(t *testing.T) {
	source, err := os.ReadFile("testdata/misuse/misuse.go")
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedImports | packages.NeedDeps | packages.NeedExportFile,
	}, "./testdata/misuse")
	if err != nil {
		t.Fatal(err)
	}
	pkg := loaded[0]
	refused := map[int]string{}
	for _, e := range pkg.TypeErrors {
		refused[e.Fset.Position(e.Pos).Line] = e.Msg
	}
	misuses := 0
	for i, line := range bytes.Split(source, []byte("\n")) {
		misuse := bytes.HasSuffix(line, []byte("// misuse"))
		if misuse {
			misuses++
		}
		if message, ok := refused[i+1]; ok != misuse {
			t.Errorf("line %d: %s\nrefused: %q", i+1, bytes.TrimSpace(line), message)
		}
	}
	if misuses < 40 {
		t.Errorf("only %d misuses were found; this test may have lost its way", misuses)
	}

	// No option and no door is left out.
	scope := pkg.Imports["assay/props"].Types.Scope()
	var options, doors []string
	for _, name := range scope.Names() {
		f, ok := scope.Lookup(name).(*types.Func)
		if !ok {
			continue
		}
		signature := f.Signature()
		if n := signature.Results().Len(); n == 1 && strings.HasSuffix(signature.Results().At(0).Type().String(), "Option") {
			options = append(options, name)
		}
		if n := signature.Params().Len(); n > 0 && signature.Variadic() && strings.HasSuffix(signature.Params().At(n-1).Type().String(), "Option") {
			doors = append(doors, name)
		}
	}
	if want := []string{"Compare", "Consistent", "Judge", "Posterior", "Replay"}; !slices.Equal(doors, want) || len(options) != 19 {
		t.Errorf("doors %q, want %q; options %q, want 19", doors, want, options)
	}
	for _, option := range options {
		for _, door := range append(doors, "Again", "Invert") {
			_, body, _ := strings.Cut(string(source), "func of"+door+"(")
			body, _, _ = strings.Cut(body, "\n}\n")
			if !strings.Contains(body, fmt.Sprintf("props.%s(", option)) {
				t.Errorf("%s is not tried with %s", option, door)
			}
		}
	}
}
