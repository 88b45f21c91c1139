package external

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// passed are the environment variables that a program gets to see, by name: where programs,
// libraries, models and temporary files are, the language, how many processors to use, and how
// libraries compute. docs/protocol.md lists them.
var passed = words(`
	PATH HOME USER LOGNAME SHELL TMPDIR TEMP TMP TZ LANG LANGUAGE SYSTEMROOT SYSTEMDRIVE COMSPEC PATHEXT APPDATA
	LOCALAPPDATA USERPROFILE XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME
	LD_LIBRARY_PATH DYLD_LIBRARY_PATH DYLD_FALLBACK_LIBRARY_PATH
	VIRTUAL_ENV PYENV_ROOT PYENV_VERSION MAMBA_ROOT_PREFIX UV_CACHE_DIR UV_PROJECT_ENVIRONMENT
	GOMAXPROCS TF_NUM_INTRAOP_THREADS TF_NUM_INTEROP_THREADS POLARS_MAX_THREADS MC_CORES
	HF_HOME HF_HUB_CACHE HF_HUB_OFFLINE HF_DATASETS_CACHE HF_DATASETS_OFFLINE TRANSFORMERS_CACHE TRANSFORMERS_OFFLINE
	ROCR_VISIBLE_DEVICES PYTENSOR_FLAGS AESARA_FLAGS THEANO_FLAGS MPLBACKEND MPLCONFIGDIR
	RETICULATE_PYTHON NODE_PATH PERL5LIB LUA_PATH LUA_CPATH
`)

// passedPrefixes begin the names of others that it gets to see.
var passedPrefixes = words(`
	LC_ PYTHON CONDA_ OMP_ KMP_ GOMP_ OPENBLAS_ GOTO_ MKL_ BLIS_ VECLIB_ NUMEXPR_ RAYON_ TBB_ NUMBA_
	KERAS_ JAX_ XLA_ TF_ TORCH_ PYTORCH_ CUBLAS_ CUDA_ CUDNN_ NVIDIA_ HIP_ HSA_ R_ RENV_ JULIA_ CMDSTAN STAN_
`)

// kept are names among those that it does not get to see all the same: with the first, what a
// program prints before it is told to whom goes into the protocol; with the second it waits for a person.
var kept = words("PYTHONUNBUFFERED PYTHONINSPECT")

// secret matches names that hold what is nobody's business.
var secret = regexp.MustCompile(`TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY`)

// ours are names that are not worth mentioning where they are left out: those of shells and terminals,
// and our own.
var ours = regexp.MustCompile(`^(_|SHLVL|PWD|OLDPWD|TERM|COLORTERM|LS_COLORS|COLUMNS|LINES|PS[0-9]|HIST.*|ASSAY_.*|GOTRACEBACK)$|[^A-Za-z0-9_]`)

func words(text string) []string { return strings.Fields(text) }

// passes reports whether a variable is on the list, or is named in more, by itself or with a value.
func passes(name string, more []string) bool {
	named := slices.ContainsFunc(more, func(entry string) bool { return nameOf(entry) == name })
	listed := slices.Contains(passed, name) || slices.ContainsFunc(passedPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	return named || listed && !slices.Contains(kept, name) && !secret.MatchString(name)
}

// environment returns those of the given variables, as os.Environ returns them, that pass, and those
// that more gives a value.
func environment(all, more []string) []string {
	env := slices.DeleteFunc(slices.Clone(all), func(entry string) bool { return !passes(nameOf(entry), more) })
	for _, entry := range more {
		if strings.Contains(entry, "=") {
			env = append(env, entry) // of two values the last one counts
		}
	}
	return env
}

// nameOf returns the name of a variable.
func nameOf(entry string) string {
	name, _, _ := strings.Cut(entry, "=")
	return name
}

// checkVariables is an error unless each entry is NAME=VALUE, or the name of a variable that is set.
func checkVariables(more []string) error {
	for _, entry := range more {
		name, _, valued := strings.Cut(entry, "=")
		_, set := os.LookupEnv(name)
		switch {
		case name == "" || strings.ContainsRune(entry, 0):
			return fmt.Errorf("environment variable %q: want NAME, of one that is set, or NAME=VALUE", entry)
		case !valued && !set:
			return fmt.Errorf("environment variable %s: it is not set, so that it cannot be passed on; want one that is, or %s=VALUE", name, name)
		}
	}
	return nil
}

// leftOut says which variables a program does not get to see, those first that it mentions itself, or
// only those, but for a few that no program asks for; empty if there are none.
func leftOut(all, more []string, mentioned string, only bool) string {
	const most = 6
	var named, others []string
	for _, entry := range all {
		name := nameOf(entry)
		switch {
		case name == "" || passes(name, more) || ours.MatchString(name):
		case regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`).MatchString(mentioned):
			named = append(named, name)
		case !only:
			others = append(others, name)
		}
	}
	slices.Sort(named)
	slices.Sort(others)
	names := append(named, others...)
	if len(names) == 0 {
		return ""
	}
	text := strings.Join(names[:min(most, len(names))], ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return "; environment variables that it does not see: " + text + " (--env NAME passes one on)"
}
