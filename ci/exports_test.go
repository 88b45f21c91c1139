package ci

import (
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// open are the packages that people write programs against: what they export needs no
// user among ours. Everywhere else in the library an export has a user or a line in kept.
var open = map[string]string{
	"spec":              "the words in which problems, laws and samplers are written",
	"samplers":          "candidates to judge and to compare one's own with",
	"samplers/external": "candidates in other processes, and what they did wrong",
	"props":             "the doors for tests of one's own sampler",
	"props/evidence":    "evidence for programs that do the asking themselves",
	"props/run":         "calls and answers for programs that ask elsewhere",
	"props/problems":    "problems and generators for tests of one's own",
}

// kept are exports elsewhere that are meant for people.
var kept = map[string]string{
	"props/metamorphic.Property": "the door for tests of one's own sampler",
}

// most is how many exports the library may have. It was 317, of which nobody used a third: names
// of lists that were kept twice, aliases, helpers that packages of ours lend each other. What is
// exported is promised: documented, kept when the inside changes, and in the way of whoever looks
// for the doors.
const most = 211

// export is a name at the top of a package; the package without the name of the module.
type export struct{ pkg, name string }

func (e export) String() string { return e.pkg + "." + e.name }

// inLibrary reports whether others can import the package and may want to.
func inLibrary(pkg *packages.Package) bool {
	path := strings.TrimPrefix(pkg.PkgPath, module+"/")
	return pkg.Name != "main" && slices.Contains([]string{"spec", "reduction", "samplers", "props"}, topOf(path))
}

// survey finds what the library exports, and what of it is used. A use is one by name
// outside the folder of the package. In tests too: those of the own folder can be given
// unexported names, those of others cannot. What the user of a used name meets counts as
// used as well: the types in its signature and its fields, and the constants of such
// types.
func survey(loaded []*packages.Package) (exports map[export]types.Object, used map[export]bool) {
	exports, used = map[export]types.Object{}, map[export]bool{}
	var meet func(types.Type)
	reach := func(object types.Object) {
		if e := exportOf(object); e.name != "" && exports[e] != nil && !used[e] {
			used[e] = true
			meet(exports[e].Type())
		}
	}
	for _, pkg := range loaded {
		if pkg.ForTest != "" || !inLibrary(pkg) {
			continue
		}
		for _, name := range pkg.Types.Scope().Names() {
			if object := pkg.Types.Scope().Lookup(name); object.Exported() {
				exports[exportOf(object)] = object
			}
		}
	}
	met := map[types.Type]bool{}
	meet = func(t types.Type) {
		if met[t] {
			return
		}
		met[t] = true
		switch t := t.(type) {
		case *types.Named:
			reach(t.Obj())
			for i := range t.NumMethods() {
				if t.Method(i).Exported() {
					meet(t.Method(i).Type())
				}
			}
			for argument := range t.TypeArgs().Types() {
				meet(argument)
			}
			meet(t.Underlying())
		case *types.Signature:
			meet(t.Params())
			meet(t.Results())
		case *types.Tuple:
			for v := range t.Variables() {
				meet(v.Type())
			}
		case *types.Struct:
			for field := range t.Fields() {
				if field.Exported() {
					meet(field.Type())
				}
			}
		case *types.Interface:
			for method := range t.Methods() {
				meet(method.Type())
			}
		case *types.Map:
			meet(t.Key())
			meet(t.Elem())
		case interface{ Elem() types.Type }:
			meet(t.Elem())
		case *types.Alias:
			reach(t.Obj())
			meet(types.Unalias(t))
		}
	}
	for name := range kept {
		pkg, id, _ := strings.Cut(name, ".")
		reach(exports[export{pkg, id}])
	}
	for _, pkg := range loaded {
		folder := strings.TrimPrefix(strings.TrimSuffix(strings.TrimSuffix(pkg.PkgPath, ".test"), "_test"), module+"/")
		for _, object := range pkg.TypesInfo.Uses {
			if e := exportOf(object); e.name != "" && e.pkg != folder {
				reach(object)
			}
		}
	}
	for e, object := range exports {
		constant, ok := object.(*types.Const)
		if !ok {
			continue
		}
		if named, ok := constant.Type().(*types.Named); ok && used[exportOf(named.Obj())] {
			used[e] = true
		}
	}
	return exports, used
}

// exportOf returns the export that the object is, if it is one of ours.
func exportOf(object types.Object) export {
	if object == nil || object.Pkg() == nil || !object.Exported() || object.Parent() != object.Pkg().Scope() {
		return export{}
	}
	path, ours := strings.CutPrefix(object.Pkg().Path(), module+"/")
	if !ours {
		return export{}
	}
	return export{path, object.Name()}
}

// idle returns the exports that nobody uses and that are not meant for people.
func idle(exports map[export]types.Object, used map[export]bool) (faults []string) {
	for e := range exports {
		if !used[e] && open[e.pkg] == "" && kept[e.String()] == "" {
			faults = append(faults, e.String())
		}
	}
	slices.Sort(faults)
	return faults
}

// TestExports: what a package exports is used outside it, or is for people. With -v it
// says how many exports there are.
func TestExports(t *testing.T) {
	planted, err := filepath.Abs("../reduction/planted/planted.go")
	if err != nil {
		t.Fatal(err)
	}
	const content = "package planted\n\n// Planted is used by nobody.\nfunc Planted() {}\n\n// PlantedKind too.\ntype PlantedKind int\n"
	loaded, err := withTests()
	if err != nil {
		t.Fatal(err)
	}
	more, err := load(map[string][]byte{planted: []byte(content)}, false, "./reduction/planted")
	if err != nil {
		t.Fatal(err)
	}
	exports, used := survey(slices.Concat(loaded, more))
	count := map[string]int{}
	for e := range exports {
		count[e.pkg]++
	}
	delete(count, "reduction/planted")
	for _, pkg := range slices.Sorted(maps.Keys(count)) {
		t.Logf("%3d %s", count[pkg], pkg)
	}
	total := len(exports) - 2 // without those planted
	t.Logf("%3d exports of the library", total)
	if total > most {
		t.Errorf("the library has %d exports, at most %d: each is a promise to strangers; what only packages of ours use belongs into internal, what only its own package uses is not exported. If people need the new one, raise most in ci/exports_test.go and say in the commit who", total, most)
	}
	faults := idle(exports, used)
	for _, name := range []string{"reduction/planted.Planted", "reduction/planted.PlantedKind"} {
		i := slices.Index(faults, name)
		if i < 0 {
			t.Errorf("planted: %s is not found", name)
			continue
		}
		faults = slices.Delete(faults, i, i+1)
	}
	for _, fault := range faults {
		t.Errorf("%s is used by no other package: unexport it, or say in ci/exports_test.go for whom it is", fault)
	}
	for name := range kept {
		pkg, id, _ := strings.Cut(name, ".")
		if exports[export{pkg, id}] == nil {
			t.Errorf("kept: there is no %s", name)
		}
	}
	for pkg := range open {
		if count[pkg] == 0 {
			t.Errorf("open: there is no %s", pkg)
		}
	}
}
