//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

func init() { others["hostile"] = hostile }

// ends is how a run of a hostile program ends.
type ends struct {
	by      os.Signal // sent once the program is busy; nil for none
	args    []string
	answers int // before the program is busy
	code    int
	says    string
	within  time.Duration // after the signal or, without one, after the program is busy
}

// grace is how long a program has to end when asked to, but for a signal to the judge; slack is
// what a machine with other work may take besides.
const grace, slack = 3 * time.Second, 20 * time.Second

// TestNoneLeft: whatever a program does to live on, and however the judgement ends, neither it
// nor anything that it started is left, and the judgement has its verdict.
func TestNoneLeft(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows what became of the processes that a program started")
	}
	interrupted := func(s os.Signal) ends {
		return ends{by: s, code: 130, says: "(interrupted; the budget was", within: patience}
	}
	limit := ends{args: []string{"--for", "1s"}, code: 4, says: "pending   call 0 on gauss:", within: time.Second + grace}
	all := map[string][]ends{
		"ignore":          {interrupted(os.Interrupt), interrupted(syscall.SIGTERM), interrupted(syscall.SIGHUP), limit},
		"ignore in hello": {{by: os.Interrupt, code: 130, within: patience}},
		"setsid":          {interrupted(syscall.SIGTERM), limit},
		"daemon":          {interrupted(os.Interrupt), limit},
		"stopped":         {interrupted(syscall.SIGTERM), limit},
		"flood":           {interrupted(syscall.SIGTERM), limit},
		"closes":          {{code: 3, says: "crash on gauss:", within: 2 * grace}},
	}
	// Zeros are rejected after this many calls, by a run in which no process is ever busy. One
	// more is answered, as of two calls under way the later may be the first to be counted.
	rejected := rejectedAfter(t) + 1
	for _, mode := range []string{"ignore", "daemon"} {
		all[mode] = append(all[mode], ends{answers: rejected, code: 1, says: "hostile: rejected on gauss:", within: grace})
	}
	for mode, ways := range all {
		for i, way := range ways {
			t.Run(fmt.Sprintf("%s/%d", mode, i), func(t *testing.T) {
				t.Parallel()
				end(t, mode, way)
			})
		}
	}
}

// rejectedAfter returns the number of calls after which zeros are rejected.
func rejectedAfter(t *testing.T) (calls int) {
	out, err := hostileRun(t, t.TempDir(), "zeros", newToken(), 1e6).Output()
	if status := (*exec.ExitError)(nil); !errors.As(err, &status) || status.ExitCode() != 1 {
		t.Fatalf("zeros: %v\n%s", err, out)
	}
	_, rest, _ := strings.Cut(string(out), " after ")
	if _, err := fmt.Sscanf(rest, "%d calls", &calls); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return calls
}

// newToken is a number of seconds that no other program sleeps.
func newToken() string { return fmt.Sprintf("3600.%d", time.Now().UnixNano()) }

// hostileRun is a judgement of the hostile program in a folder.
func hostileRun(t *testing.T, folder, mode, token string, answers int, args ...string) *exec.Cmd {
	if err := os.WriteFile(filepath.Join(folder, "answers"), make([]byte, answers), 0o666); err != nil {
		t.Fatal(err)
	}
	args = append(append([]string{"check", "--terse", "--on", "gauss", "--jobs", "2"}, args...), "--", "hostile", mode, token)
	run := exec.Command("assay", args...)
	run.Dir = folder
	return run
}

// end runs a judgement to its end, and looks for what is left.
func end(t *testing.T, mode string, way ends) {
	folder := t.TempDir()
	token := newToken()
	run := hostileRun(t, folder, mode, token, way.answers, way.args...)
	var out, err bytes.Buffer
	run.Stdout, run.Stderr = &out, &err
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	defer run.Process.Kill()
	ended := make(chan struct{})
	go func() {
		run.Wait()
		close(ended)
	}()
	if way.by != nil {
		busy := filepath.Join(folder, "answered")
		for began := time.Now(); time.Since(began) < 20*time.Second; time.Sleep(10 * time.Millisecond) {
			if _, err := os.Stat(busy); err == nil || mode == "ignore in hello" && len(holding(token)) > 2 {
				break
			}
		}
		time.Sleep(200 * time.Millisecond) // for what it starts
		if len(holding(token)) < 2 {
			t.Errorf("there are %v, want the judge and the program", holding(token))
		}
		run.Process.Signal(way.by)
	}
	began := time.Now()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatalf("it goes on: %v", holding(token))
	}
	took := time.Since(began)
	if most := way.within + slack; took > most {
		t.Errorf("it took %v, want at most %v", took, most)
	}
	if code := run.ProcessState.ExitCode(); code != way.code || !strings.Contains(out.String(), way.says) {
		t.Errorf("exit code %d, want %d, and %q in\n%s%s", code, way.code, way.says, &out, &err)
	}
	if left := holding(token); len(left) > 0 {
		t.Errorf("left: %v", left)
		for _, one := range left {
			var pid int
			if _, err := fmt.Sscanf(one, "%d", &pid); err == nil {
				syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}
}

// holding returns the processes, zombies apart, that have the token in their command line.
func holding(token string) (found []string) {
	paths, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range paths {
		line, err := os.ReadFile(path)
		if err == nil && bytes.Contains(line, []byte(token)) {
			found = append(found, path[len("/proc/"):]+" "+string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})))
		}
	}
	return found
}

// TestStallEverywhere: a program that is busy for ever after its first answers passes in no
// command, and the call that was waited for is named.
func TestStallEverywhere(t *testing.T) {
	for _, c := range []struct {
		line    string
		answers int
	}{
		{"check --terse --on gauss --for 2s --alpha 1e-300 --calls 3000", 20},
		{"check --terse --on gauss --for 2s --alpha 1e-300 --calls 3000 --local 2", 20},
		{"check --on gauss --metamorphic --for 7s", 0},
		{"fuzz --family gaussian --for 2s --out found", 0},
	} {
		t.Run(c.line, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, "answers"), make([]byte, c.answers), 0o666); err != nil {
				t.Fatal(err)
			}
			run := exec.Command("assay", append(strings.Fields(c.line), "--jobs", "2", "--", "hostile", "busy", newToken())...)
			run.Dir = folder
			out, _ := run.Output()
			if code := run.ProcessState.ExitCode(); code != 4 || !strings.Contains(string(out), " had no answer after ") {
				t.Errorf("exit code %d, want 4, and what was waited for in\n%s", code, out)
			}
		})
	}
}

// TestJudgeKilled: a program that is busy dies with a judge that is killed, where the system
// can tell it.
func TestJudgeKilled(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells a process of its parent's end")
	}
	folder := t.TempDir()
	token := newToken()
	run := hostileRun(t, folder, "ignore", token, 0)
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); time.Since(began) < 20*time.Second; time.Sleep(10 * time.Millisecond) {
		if made, err := os.ReadFile(filepath.Join(folder, "answered")); err == nil && len(made) >= 2 { // both are busy
			break
		}
	}
	if found := holding(token); len(found) != 3 {
		t.Errorf("there are %v, want the judge and two programs", found)
	}
	run.Process.Kill()
	run.Wait()
	for began := time.Now(); len(holding(token)) > 0; time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > slack {
			t.Fatalf("left: %v", holding(token))
		}
	}
}

// TestNobodyReads: a judge whose reader went away ends its programs all the same.
func TestNobodyReads(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows what became of the processes that a program started")
	}
	token := newToken()
	run := hostileRun(t, t.TempDir(), "daemon", token, 1e6)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	run.Stdout = w
	run.Run()
	if code := run.ProcessState.ExitCode(); code != exitUnread {
		t.Errorf("exit code %d, want %d", code, exitUnread)
	}
	if left := holding(token); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// TestDeaf: a judge that cannot call off what it does obeys a signal all the same, and at once
// a second one.
func TestDeaf(t *testing.T) {
	var once time.Duration
	for _, signals := range []int{1, 2} {
		run := exec.Command("assay-broken", "check", "deaf", "--on", "gauss")
		var err bytes.Buffer
		run.Stderr = &err
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second) // to start
		began := time.Now()
		for range signals {
			run.Process.Signal(syscall.SIGTERM)
			time.Sleep(50 * time.Millisecond)
		}
		run.Wait()
		took := time.Since(began)
		if took > patience+slack || signals == 2 && took > once {
			t.Errorf("%d signals: it ended after %v", signals, took)
		}
		once = took // no less than patience
		if code := run.ProcessState.ExitCode(); code != exitInterrupted || !strings.Contains(err.String(), "assay: interrupted before there was a verdict") {
			t.Errorf("%d signals: exit code %d, and\n%s", signals, code, &err)
		}
	}
}
