//go:build unix && !linux

package external

import "syscall"

func askGroup(pid int) {
	syscall.Kill(-pid, syscall.SIGTERM)
	syscall.Kill(-pid, syscall.SIGCONT) // one that is stopped would not hear it
}

func killGroup(pid int)       { syscall.Kill(-pid, syscall.SIGKILL) }
func groupAlive(pid int) bool { return syscall.Kill(-pid, 0) == nil }

// endWithParent: the system tells no process of its parent's end.
func endWithParent(*syscall.SysProcAttr) {}
