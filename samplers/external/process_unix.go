//go:build unix

package external

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// isolate puts the program into a process group of its own, so that what it starts can
// be killed with it, and keeps from it the descriptors that we inherited ourselves;
// those that we opened are closed on exec already.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	endWithParent(cmd.SysProcAttr)
	closeInherited()
}

// ending says in words how a process ended.
func ending(state *os.ProcessState) string {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return fmt.Sprintf("was ended by signal %d (%v)", int(status.Signal()), status.Signal())
	}
	return fmt.Sprintf("ended with exit code %d", state.ExitCode())
}
