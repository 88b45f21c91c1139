package ci

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// onPath returns the path of a program, which the test cannot do without.
func onPath(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("ci/run.sh is for bash and the usual programs: %v", err)
	}
	return path
}

// runScript runs ci/run.sh in an environment of its own and returns its exit code.
func runScript(t *testing.T, environment []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, complaint strings.Builder
	command := exec.Command(onPath(t, "bash"), append([]string{"run.sh"}, args...)...)
	command.Env, command.Stdout, command.Stderr = environment, &out, &complaint
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), complaint.String(), command.ProcessState.ExitCode()
}

// TestScriptsParse: bash can read every script, which CI would find out late otherwise.
func TestScriptsParse(t *testing.T) {
	bash := onPath(t, "bash")
	scripts, err := filepath.Glob("*.sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range append(scripts, "../.ci/run") {
		if output, err := exec.Command(bash, "-n", script).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", script, err, output)
		}
	}
}

// steps returns the names that --list gives.
func steps(t *testing.T) (names []string) {
	t.Helper()
	list, complaint, code := runScript(t, os.Environ(), "--list")
	if code != 0 || complaint != "" {
		t.Fatalf("--list: exit code %d, %s", code, complaint)
	}
	for line := range strings.Lines(list) {
		names = append(names, strings.Fields(line)[0])
	}
	return names
}

// TestSteps: every step that is listed is a function of the script, and the other way round.
func TestSteps(t *testing.T) {
	content, err := os.ReadFile("run.sh")
	if err != nil {
		t.Fatal(err)
	}
	var functions []string
	for _, match := range regexp.MustCompile(`(?m)^run_(\w+)\(\) \{`).FindAllSubmatch(content, -1) {
		functions = append(functions, string(match[1]))
	}
	listed := steps(t)
	slices.Sort(functions)
	slices.Sort(listed)
	if !slices.Equal(functions, listed) || len(listed) == 0 {
		t.Errorf("functions %v, listed %v", functions, listed)
	}
}

// TestUnknownStep: a step that there is not is one line that says what there is, and none of
// those named before it is run.
func TestUnknownStep(t *testing.T) {
	for _, name := range []string{"lnt", "lin.", "lint short", ""} {
		stdout, stderr, code := runScript(t, os.Environ(), "lint", name)
		if code != 2 || stdout != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q: exit code %d, want 2 and one line:\n%s%s", name, code, stdout, stderr)
		}
		for _, want := range append(steps(t), "quick", `no step "`+name+`"`) {
			if !strings.Contains(stderr, want) {
				t.Errorf("%q: %s does not say %s", name, stderr, want)
			}
		}
	}
}

// machine makes a folder of programs that are a machine on which everybody is root, go and
// gofmt do nothing but what $TIDY and $UNFORMATTED say, and apt-get writes what it is told to
// the file returned.
func machine(t *testing.T) (path, told string) {
	t.Helper()
	path, told = t.TempDir(), filepath.Join(t.TempDir(), "told")
	for _, program := range []string{"bash", "awk", "cat", "dirname", "grep", "mktemp", "paste", "rm", "tail"} {
		if err := os.Symlink(onPath(t, program), filepath.Join(path, program)); err != nil {
			t.Fatal(err)
		}
	}
	for program, script := range map[string]string{
		"id":      "echo 0",
		"gofmt":   `echo -n "$UNFORMATTED"`,
		"go":      `case "$*" in *-diff) eval "$TIDY" ;; *) echo "go $*" ;; esac`,
		"apt-get": `echo "$*" >>"` + told + `"; exit 1`,
	} {
		if err := os.WriteFile(filepath.Join(path, program), []byte("#!"+onPath(t, "bash")+"\n"+script+"\n"), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	return path, told
}

// TestInstalls: packages are installed where CI is true or the caller says so, and nowhere
// else, though the caller is root. Where they are not, what is missing is said.
func TestInstalls(t *testing.T) {
	for _, test := range []struct {
		name        string
		environment []string
		args        []string
		want        bool
	}{
		{"by hand", nil, nil, false},
		{"CI is false", []string{"CI=false"}, nil, false},
		{"CI", []string{"CI=true"}, nil, true},
		{"said so", nil, []string{"--install"}, true},
	} {
		path, told := machine(t)
		stdout, stderr, code := runScript(t, append(test.environment, "PATH="+path, "ASSAY_CIRCUITS=none", "TMPDIR="+t.TempDir()), append(test.args, "short")...)
		if code != 0 || !strings.Contains(stdout, "go test -short ./...\n") {
			t.Errorf("%s: exit code %d, said\n%s%s", test.name, code, stdout, stderr)
		}
		if !strings.Contains(stdout, "skipped: no SAT solver: install cadical") {
			t.Errorf("%s: nothing is said of what is missing:\n%s", test.name, stdout)
		}
		asked, err := os.ReadFile(told)
		if test.want != (err == nil) || test.want && !strings.Contains(string(asked), "install -y -q cadical") {
			t.Errorf("%s: apt-get was told %q", test.name, asked)
		}
	}
}

// TestOrder: the steps named are run in the order given, and quick is lint and the short
// tests.
func TestOrder(t *testing.T) {
	path, _ := machine(t)
	environment := []string{"PATH=" + path, "ASSAY_CIRCUITS=none", "TMPDIR=" + t.TempDir()}
	for _, test := range []struct{ args, want []string }{
		{[]string{"short", "kernels", "lint"}, []string{"short", "kernels", "lint"}},
		{[]string{"quick"}, []string{"lint", "short"}},
	} {
		stdout, stderr, code := runScript(t, environment, test.args...)
		var got []string
		for _, match := range regexp.MustCompile(`(?m)^== (\w+)$`).FindAllStringSubmatch(stdout, -1) {
			got = append(got, match[1])
		}
		if code != 0 || !slices.Equal(got, test.want) || !strings.HasSuffix(stdout, "all is well\n") {
			t.Errorf("%v: exit code %d, ran %v, want %v\n%s%s", test.args, code, got, test.want, stdout, stderr)
		}
	}
}

// TestLint: a file that is not formatted and a module that is not tidy end the run, without
// what comes after; a proxy that does not answer does not.
func TestLint(t *testing.T) {
	path, _ := machine(t)
	for _, test := range []struct {
		environment, said string
		ok                bool
	}{
		{"TIDY=true", "all is well", true},
		{"UNFORMATTED=bad.go", "gofmt -w on\nbad.go", false},
		{"TIDY=echo '+ a line'; exit 1", "go -C . mod tidy would change\n+ a line", false},
		{"TIDY=echo dial tcp: no route >&2; exit 1", "skipped: go mod tidy in .: dial tcp: no route", true},
	} {
		stdout, stderr, code := runScript(t, []string{test.environment, "PATH=" + path, "ASSAY_CIRCUITS=none", "TMPDIR=" + t.TempDir()}, "quick")
		if (code == 0) != test.ok || strings.Contains(stdout, "== short") != test.ok || !strings.Contains(stdout, test.said) {
			t.Errorf("%s: exit code %d, want success %v and %q:\n%s%s", test.environment, code, test.ok, test.said, stdout, stderr)
		}
	}
}
