package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"assay/spec"
)

var campaigns = flag.Int("campaigns", 6, "campaigns that are killed at random points, up to four times each")

// assayIn returns the command with these arguments, to be run in a folder.
func assayIn(folder string, args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Args[0] = "assay" // by which TestMain knows what to run
	cmd.Dir = folder
	return cmd
}

// campaignFiles returns what a folder holds, by name.
func campaignFiles(t *testing.T, folder string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = string(text)
	}
	return files
}

// TestKilledCampaigns: a campaign that is killed by the system at random points and resumed prints the
// report of the undisturbed one and leaves the files that it leaves, byte for byte, and nothing else.
func TestKilledCampaigns(t *testing.T) {
	args := []string{"fuzz", "prior", "--for", "0", "--most", "3", "--out", "found", "--seed", "3"}
	repeat := regexp.MustCompile(`(?m)^  (repeat|resumed) .*\n`)
	undisturbed := t.TempDir()
	start := time.Now()
	out, err := assayIn(undisturbed, args...).Output()
	took := time.Since(start)
	if err == nil || !bytes.Contains(out, []byte("3 confirmations")) {
		t.Fatalf("undisturbed: %v\n%s", err, out)
	}
	want, files := repeat.ReplaceAllString(string(out), ""), campaignFiles(t, filepath.Join(undisturbed, "found"))
	n := *campaigns
	if testing.Short() {
		n = 2
	}
	resumed := 0
	for i := range n {
		rng := spec.Stream(uint64(i), "kills", nil, 0)
		folder := t.TempDir()
		var out []byte
		for life := 0; ; life++ {
			command := args
			if _, err := os.Stat(filepath.Join(folder, "found", stateOf(files))); err == nil {
				command = append(append([]string{}, args...), "--resume")
				resumed++
			}
			cmd := assayIn(folder, command...)
			var said bytes.Buffer
			cmd.Stdout, cmd.Stderr = &said, &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if life < 4 {
				timer := time.AfterFunc(time.Duration(rng.Int64N(int64(took))), func() { _ = cmd.Process.Kill() })
				defer timer.Stop()
			}
			err := cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code >= 0 { // it came to its end
				if out = said.Bytes(); code != exitFailed {
					t.Fatalf("campaign %d, life %d: %v\n%s", i, life, err, out)
				}
				break
			}
		}
		if got := repeat.ReplaceAllString(string(out), ""); got != want {
			t.Errorf("campaign %d: killed it says\n%s\nundisturbed\n%s", i, got, want)
		}
		got := campaignFiles(t, filepath.Join(folder, "found"))
		for name, text := range files {
			if got[name] != text {
				t.Errorf("campaign %d: %s is\n%s\nundisturbed\n%s", i, name, got[name], text)
			}
		}
		if len(got) != len(files) {
			t.Errorf("campaign %d leaves %d files, undisturbed %d", i, len(got), len(files))
		}
	}
	t.Logf("%d campaigns resumed %d times; one takes %v", n, resumed, took)
	if resumed == 0 {
		t.Error("none was killed when there was something to go on with")
	}
}

// stateOf returns the name of the file that holds the state.
func stateOf(files map[string]string) string {
	for name := range files {
		if filepath.Ext(name) == ".campaign" {
			return name
		}
	}
	return ""
}
