package external

import (
	"fmt"
	"os"
	"os/exec"
)

func isolate(*exec.Cmd) { closeInherited() }

// There are no process groups to signal: the process alone is ended.
func askGroup(int) {}

func groupAlive(int) bool { return false }

func killGroup(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		p.Kill()
	}
}

func ending(state *os.ProcessState) string {
	return fmt.Sprintf("ended with exit code %d", state.ExitCode())
}
