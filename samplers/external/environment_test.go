package external

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEnvironmentOfTheList: what passes is what docs/protocol.md says, in both directions.
func TestEnvironmentOfTheList(t *testing.T) {
	text, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "\nOf the environment it sees")
	table, _, found := strings.Cut(table, "\nbut none whose name")
	if !found {
		t.Fatal("docs/protocol.md has no table of the environment")
	}
	var names []string
	for _, match := range regexp.MustCompile("`([A-Z0-9_]+\\*?)`").FindAllStringSubmatch(table, -1) {
		names = append(names, match[1])
	}
	for _, name := range names {
		stem, all := strings.CutSuffix(name, "*")
		if all {
			stem += "X"
		}
		if want := !slices.Contains(kept, name); passes(stem, nil) != want {
			t.Errorf("%s passes: %v, and docs/protocol.md lists it", stem, !want)
		}
	}
	for _, name := range passed {
		if !slices.Contains(names, name) {
			t.Errorf("docs/protocol.md does not list %s", name)
		}
	}
	for _, prefix := range passedPrefixes {
		if !slices.Contains(names, prefix+"*") {
			t.Errorf("docs/protocol.md does not list %s*", prefix)
		}
	}
}

func TestPasses(t *testing.T) {
	for name, want := range map[string]bool{
		"PATH": true, "PYTHONHASHSEED": true, "PYTHONPATH": true, "OMP_NUM_THREADS": true, "OPENBLAS_NUM_THREADS": true, "MKL_NUM_THREADS": true,
		"VECLIB_MAXIMUM_THREADS": true, "NUMEXPR_MAX_THREADS": true, "BLIS_NUM_THREADS": true, "RAYON_NUM_THREADS": true, "JULIA_NUM_THREADS": true,
		"TBB_NUM_THREADS": true, "KERAS_BACKEND": true, "JAX_ENABLE_X64": true, "XLA_FLAGS": true, "CUBLAS_WORKSPACE_CONFIG": true,
		"CUDA_VISIBLE_DEVICES": true, "TORCH_HOME": true, "HF_HOME": true, "R_LIBS_USER": true, "JULIA_DEPOT_PATH": true, "CMDSTAN": true,
		"VIRTUAL_ENV": true, "CONDA_PREFIX": true, "LC_ALL": true,
		"PYTHONUNBUFFERED": false, "PYTHONINSPECT": false, "HF_TOKEN": false, "CONDA_TOKEN": false, "JULIA_API_KEY": false, "R_SECRET": false,
		"ASSAY_SEED": false, "ASSAY_CHILD": false, "SECRET": false, "XPATH": false, "PATHS": false, "": false, "LD_PRELOAD": false, "AWS_ACCESS_KEY_ID": false,
	} {
		if passes(name, nil) != want {
			t.Errorf("%q passes: %v", name, !want)
		}
	}
}

func TestVariables(t *testing.T) {
	t.Setenv("SET", "7")
	for entry, want := range map[string]string{
		"SET": "", "UNSET=": "", "UNSET=a=b": "", "SET=8": "",
		"UNSET":  "environment variable UNSET: it is not set, so that it cannot be passed on; want one that is, or UNSET=VALUE",
		"":       `environment variable "": want NAME, of one that is set, or NAME=VALUE`,
		"=7":     `environment variable "=7": want NAME`,
		"A=\x00": `want NAME`,
	} {
		err := checkVariables([]string{"SET", entry})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: error %v, want %q", entry, err, want)
		}
	}
	got := environment([]string{"SET=7", "PATH=/bin", "OTHER=1", "HF_TOKEN=x"}, []string{"SET", "NEW=a=b", "PATH=/usr/bin", "HF_TOKEN"})
	if want := []string{"SET=7", "PATH=/bin", "HF_TOKEN=x", "NEW=a=b", "PATH=/usr/bin"}; !slices.Equal(got, want) {
		t.Errorf("it sees %q, want %q", got, want)
	}
}

// TestLeftOut: names only, those first that the program mentions, and few.
func TestLeftOut(t *testing.T) {
	all := []string{"B=secret", "A=1", "MODEL_DIR=/x", "PATH=/bin", "SHLVL=1", "ASSAY_SEED=3", "C=", "D=", "E=", "F=", "odd name=1", "PASSED=1"}
	want := "; environment variables that it does not see: MODEL_DIR, A, B, C, D, E and 1 more (--env NAME passes one on)"
	if got := leftOut(all, []string{"PASSED"}, "KeyError: 'MODEL_DIR'", false); got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	if got, want := leftOut(all, nil, "KeyError: 'MODEL_DIR'", true), "not see: MODEL_DIR (--env"; !strings.Contains(got, want) {
		t.Errorf("it says %q, want %q", got, want)
	}
	if got := leftOut(all, nil, "KeyError: 'MODEL_DIRECTORY'", true); got != "" {
		t.Errorf("it says %q, want nothing", got)
	}
	if got := leftOut([]string{"PATH=/bin", "_=x"}, nil, "PATH", false); got != "" {
		t.Errorf("it says %q, want nothing", got)
	}
}
