package ci

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/packages"
)

// nilSourceFaults returns the places where a random source is nil, which gonum and
// others take for the global one: a nil argument where a source is wanted, and a
// literal of another module's struct that leaves its source out or sets it to nil.
func nilSourceFaults(pkg *packages.Package) []string {
	var faults []string
	report := func(n ast.Node, what string) {
		faults = append(faults, fmt.Sprintf("%s: %s", pkg.Fset.Position(n.Pos()), what))
	}
	harmless := map[ast.Node]bool{} // literals of which only a method that draws nothing is called
	isNil := func(e ast.Expr) bool { return pkg.TypesInfo.Types[e].IsNil() }
	for _, file := range pkg.Syntax {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				harmless[n.X] = !strings.HasPrefix(n.Sel.Name, "Rand")
			case *ast.CallExpr:
				signature, ok := pkg.TypesInfo.Types[n.Fun].Type.(*types.Signature)
				if !ok {
					return true // a conversion or a built-in
				}
				for i, argument := range n.Args {
					if i < signature.Params().Len() && isNil(argument) && isSource(signature.Params().At(i).Type()) {
						report(argument, "nil random source; pass a *rand.Rand")
					}
				}
			case *ast.CompositeLit:
				kind := pkg.TypesInfo.Types[n].Type
				literal, ok := kind.Underlying().(*types.Struct)
				if !ok || ours(kind) || harmless[n] {
					return true
				}
				for i := range literal.NumFields() {
					field := literal.Field(i)
					if !isSource(field.Type()) {
						continue
					}
					if value := fieldValue(n, field, i); value == nil || isNil(value) {
						report(n, "no random source in "+field.Name()+"; set it to a *rand.Rand")
					}
				}
			}
			return true
		})
	}
	return faults
}

// fieldValue returns what the literal sets its i-th field to; nil if it does not.
func fieldValue(literal *ast.CompositeLit, field *types.Var, i int) ast.Expr {
	for _, element := range literal.Elts {
		pair, keyed := element.(*ast.KeyValueExpr)
		if !keyed {
			return literal.Elts[i]
		}
		if key, ok := pair.Key.(*ast.Ident); ok && key.Name == field.Name() {
			return pair.Value
		}
	}
	return nil
}

// ours reports whether a type belongs to this module, which never takes nil for the
// global source.
func ours(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return !ok || named.Obj().Pkg() == nil || strings.HasPrefix(named.Obj().Pkg().Path()+"/", module+"/")
}

// isSource reports whether a value of that type is a source of randomness.
func isSource(t types.Type) bool {
	if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
		t = pointer.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && slices.Contains(randomPackages, named.Obj().Pkg().Path()) &&
		slices.Contains([]string{"Source", "Rand"}, named.Obj().Name())
}

// load type-checks packages of the module, with a file put over the tree. What others they
// import is taken as compiled.
func load(overlay map[string][]byte, tests bool, patterns ...string) ([]*packages.Package, error) {
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo |
			packages.NeedImports | packages.NeedExportFile | packages.NeedForTest,
		Dir: "..", Fset: token.NewFileSet(), Tests: tests, Overlay: overlay,
	}, patterns...)
	for _, pkg := range loaded {
		for _, e := range pkg.Errors {
			err = errors.Join(err, fmt.Errorf("%s: %v", pkg.PkgPath, e))
		}
	}
	return loaded, err
}

// withTests is the whole module, each package as others see it and with its tests.
var withTests = sync.OnceValues(func() ([]*packages.Package, error) { return load(nil, true, "./...") })

func TestNilSource(t *testing.T) {
	loaded, err := withTests()
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range loaded {
		if pkg.ID != pkg.PkgPath { // a test, which may do so
			continue
		}
		for _, fault := range nilSourceFaults(pkg) {
			t.Error(fault)
		}
	}
}

func TestNilSourcePlanted(t *testing.T) {
	const planted = `package ci

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/distuv"
)

type call struct{ ties *rand.Rand }

func plant(rng *rand.Rand, draw func(*rand.Rand) float64) {
	_ = distuv.Normal{Mu: 0, Sigma: 1}           // fault
	_ = distuv.Normal{Mu: 0, Sigma: 1, Src: nil} // fault
	_ = distuv.Normal{0, 1, nil}                 // fault
	_ = distuv.Normal{Mu: 0, Sigma: 1}.Rand()    // fault
	_ = distuv.Normal{Mu: 0, Sigma: 1}.CDF(0)
	_ = distuv.Normal{Mu: 0, Sigma: 1, Src: rng}
	_, _ = distmv.NewNormal([]float64{0}, mat.NewSymDense(1, []float64{1}), nil) // fault
	_, _ = distmv.NewNormal([]float64{0}, mat.NewSymDense(1, []float64{1}), rng)
	_ = draw(nil) // fault
	_ = call{}    // ours: nothing in it draws
	_ = draw(rng)
}
`
	path, err := filepath.Abs("planted.go")
	if err != nil {
		t.Fatal(err)
	}
	got := map[int]bool{}
	loaded, err := load(map[string][]byte{path: []byte(planted)}, false, "./ci")
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range loaded {
		for _, fault := range nilSourceFaults(pkg) {
			var line int
			if _, err := fmt.Sscanf(strings.TrimPrefix(fault, path), ":%d", &line); err != nil {
				t.Fatal(fault)
			}
			got[line] = true
		}
	}
	for i, line := range strings.Split(planted, "\n") {
		if want := strings.Contains(line, "// fault"); want != got[i+1] {
			t.Errorf("line %d %q: fault found is %v, want %v", i+1, line, got[i+1], want)
		}
	}
}
